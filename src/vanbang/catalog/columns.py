"""The columns that every diploma of the ministry's layout has, whoever awards it.

The aliases are headers met in lists of schools; case, accents and signs do not matter in them (see `headers`).
"""

from vanbang.catalog.model import Column
from vanbang.catalog.shapes import CITIZEN, DATE, NAME, OPAQUE, TEXT_OR_NONE, UUID, YEAR

LAYOUT_VERSION = Column(
    "Phiên bản cấu trúc dữ liệu", "Data layout version", "1.0", 10, aliases=("Phiên bản", "Version")
)
CIRCULAR = Column(
    "Thông tư áp dụng", "Circular followed", "10/2026", 20, aliases=("Thông tư", "Theo thông tư", "Circular")
)
IDENTIFIER = Column(
    "Mã định danh văn bằng",
    "Diploma identifier",
    "3f0e6a52-8a54-4c1b-9d0e-5b1c7a9e2f10",
    36,
    UUID,
    aliases=("Mã định danh", "Mã định danh VBCC", "Mã định danh văn bằng, chứng chỉ", "UUID", "Identifier"),
)
TITLE = Column(
    "Tên văn bằng",
    "Title",
    "Bằng cử nhân",
    50,
    aliases=(
        *("Tên văn bằng, chứng chỉ", "Tên VBCC", "Tên bằng", "Loại bằng", "Loại văn bằng", "Văn bằng"),
        *("Diploma title", "Degree", "Degree title"),
    ),
)
SERIAL = Column(
    "Số hiệu văn bằng",
    "Serial number",
    "SHB26000123",
    20,
    OPAQUE,
    aliases=(
        *("Số hiệu", "Số hiệu bằng", "Số hiệu VB", "Số hiệu VBCC", "Số hiệu văn bằng, chứng chỉ"),
        *("Số hiệu bằng tốt nghiệp", "Số bằng", "Số văn bằng"),
        *("Serial", "Serial no", "Diploma number", "Diploma no", "Certificate number"),
    ),
)
CITIZEN_NUMBER = Column(
    "Số định danh cá nhân",
    "Citizen number",
    "001304000123",
    12,
    CITIZEN,
    required=False,
    recommended=True,
    aliases=(
        *("Số định danh", "ĐDCN", "Mã định danh cá nhân", "Số định danh công dân", "Số CCCD/ĐDCN", "Số ĐDCN/CCCD"),
        *("CCCD", "Số CCCD", "CMND", "Số CMND", "CCCD/CMND", "CMND/CCCD", "Số CCCD/CMND", "Số CMND/CCCD"),
        *("Căn cước", "Số căn cước", "Căn cước công dân", "Số căn cước công dân", "Số thẻ căn cước", "Thẻ căn cước"),
        *("Citizen ID", "National ID", "ID number", "ID card number", "Personal identification number"),
    ),
)
LEARNER_NUMBER = Column(
    "Mã người học",
    "Learner number",
    "20220123",
    12,
    OPAQUE,
    aliases=(
        *("Mã SV", "Mã số SV", "MSSV", "Mã sinh viên", "Mã số sinh viên", "Mã số người học"),
        *("Mã HV", "Mã số HV", "MSHV", "Mã học viên", "Mã số học viên"),
        *("Mã HS", "Mã số HS", "MSHS", "Mã học sinh", "Mã số học sinh", "Mã định danh học sinh"),
        *("Student ID", "Student number", "Student code", "Learner ID", "Pupil number"),
    ),
)
HOLDER_NAME = Column(
    "Họ và tên",
    "Full name",
    "Nguyễn Thị Minh Anh",
    150,
    NAME,
    aliases=(
        *("Họ tên", "Họ, chữ đệm và tên", "Họ, chữ đệm, tên", "Họ và tên khai sinh", "Họ tên người được cấp bằng"),
        *("Họ và tên sinh viên", "Họ tên sinh viên", "Họ và tên SV", "Họ tên SV", "Tên sinh viên"),
        *("Họ và tên học viên", "Họ tên học viên", "Họ và tên người học", "Họ tên người học"),
        *("Họ và tên học sinh", "Họ tên học sinh", "Họ và tên HS", "Họ tên HS", "Tên học sinh"),
        *("Name", "Student name", "Holder"),
    ),
)
BIRTH_DATE = Column(
    "Ngày sinh",
    "Date of birth",
    "27/03/2004",
    10,
    DATE,
    aliases=("Ngày tháng năm sinh", "Ngày, tháng, năm sinh", "NTNS", "Sinh ngày", "DOB", "Birth date", "Birthday"),
)
BIRTHPLACE = Column("Nơi sinh", "Place of birth", "Hà Nội", 250, aliases=("Birthplace", "Birth place"))
SEX = Column(
    "Giới tính", "Sex", "Nữ", 3, choices=("Nam", "Nữ"), aliases=("Giới", "Phái", "Nam/Nữ", "Nam, nữ", "Gender")
)
ETHNIC_GROUP = Column("Dân tộc", "Ethnic group", "Kinh", 50, TEXT_OR_NONE, aliases=("Ethnicity",))
NATIONALITY = Column("Quốc tịch", "Nationality", "Việt Nam", 100, aliases=("Citizenship",))
SCHOOL = Column(
    "Tên trường",
    "Institution",
    "Trường Đại học Bách khoa Sông Hồng",
    250,
    aliases=(
        *("Trường", "Cơ sở đào tạo", "Tên cơ sở đào tạo", "Cơ sở giáo dục", "Tên cơ sở giáo dục"),
        *("School", "School name", "University", "Institution name"),
    ),
)
SCHOOL_CODE = Column(
    "Mã cơ sở đào tạo",
    "Institution code",
    "SHB",
    20,
    OPAQUE,
    aliases=("Mã trường", "Mã CSĐT", "Mã cơ sở", "Mã cơ sở giáo dục", "School code"),
)
GRADUATION_YEAR = Column("Năm tốt nghiệp", "Year of graduation", "2026", 4, YEAR, aliases=("Năm TN", "Graduation year"))
DECISION_NUMBER = Column(
    "Số quyết định công nhận tốt nghiệp",
    "Graduation decision number",
    "412/QĐ-ĐHBKSH",
    50,
    aliases=(
        *("Số QĐ", "Số quyết định", "QĐTN", "Số QĐTN", "Số QĐ TN", "Số QĐ tốt nghiệp", "Số quyết định tốt nghiệp"),
        *("Số QĐ công nhận tốt nghiệp", "Số QĐ công nhận TN", "Quyết định công nhận tốt nghiệp"),
        *("Decision number", "Decision no"),
    ),
)
DECISION_DATE = Column(
    "Ngày quyết định công nhận tốt nghiệp",
    "Graduation decision date",
    "01/06/2026",
    10,
    DATE,
    aliases=(
        *("Ngày QĐ", "Ngày quyết định", "Ngày ký QĐ", "Ngày ký quyết định", "Ngày QĐTN", "Ngày QĐ TN"),
        *("Ngày QĐ tốt nghiệp", "Ngày quyết định tốt nghiệp", "Ngày QĐ công nhận tốt nghiệp"),
        *("Ngày QĐ công nhận TN", "Ngày công nhận tốt nghiệp", "Decision date"),
    ),
)
REGISTER_NUMBER = Column(
    "Số vào sổ gốc cấp văn bằng",
    "Register number",
    "000123/2026",
    20,
    OPAQUE,
    aliases=(
        *("Số vào sổ", "Số vào sổ gốc", "Số vào sổ cấp bằng", "Số vào sổ cấp văn bằng", "Số vào sổ gốc cấp bằng"),
        *("Số vào sổ cấp chứng chỉ", "Số vào sổ gốc cấp văn bằng, chứng chỉ", "Vào sổ số", "Register no"),
    ),
)
CLASSIFICATION = Column(
    "Xếp loại",
    "Classification",
    "Giỏi",
    50,
    required=False,
    recommended=True,
    aliases=(
        *("Xếp loại tốt nghiệp", "Xếp loại TN", "XLTN", "Loại tốt nghiệp", "Hạng tốt nghiệp", "Xếp hạng"),
        *("Xếp hạng tốt nghiệp", "Xếp loại bằng", "Degree classification"),
    ),
)
ISSUER = Column(
    "Đơn vị cấp bằng",
    "Issuing institution",
    "Trường Đại học Bách khoa Sông Hồng",
    250,
    aliases=("Đơn vị cấp", "Đơn vị cấp văn bằng", "Cơ quan cấp bằng", "Issuer", "Issued by"),
)
ISSUER_CODE = Column(
    "Mã đơn vị cấp bằng",
    "Issuing institution code",
    "SHB",
    20,
    OPAQUE,
    aliases=("Mã đơn vị", "Mã đơn vị cấp", "Mã đơn vị cấp văn bằng", "Issuer code"),
)
SIGNER_NAME = Column(
    "Họ tên người ký",
    "Signed by",
    "Trần Quốc Hưng",
    150,
    NAME,
    aliases=(
        *("Người ký", "Họ và tên người ký", "Người ký bằng", "Người ký văn bằng", "Họ tên người ký văn bằng"),
        *("Họ và tên người ký VBCC", "Signer", "Signatory", "Signer name"),
    ),
)
SIGNER_NUMBER = Column(
    "Số định danh cá nhân của người ký",
    "Signer's citizen number",
    "001068004321",
    12,
    CITIZEN,
    aliases=(
        *("Số định danh người ký", "Số định danh cá nhân người ký", "Số ĐDCN người ký", "CCCD người ký"),
        *("Số CCCD người ký", "Số CCCD của người ký", "Signer's citizen ID"),
    ),
)
SIGNER_POSITION = Column(
    "Chức danh người ký",
    "Signer's position",
    "Hiệu trưởng",
    100,
    aliases=("Chức danh", "Chức vụ", "Chức vụ người ký", "Signer's title", "Position"),
)
PAPER_SIGNER_NAME = Column(
    "Họ tên người ký bản giấy",
    "Paper copy signed by",
    "Trần Quốc Hưng",
    150,
    NAME,
    required=False,
    aliases=("Người ký bản giấy", "Họ và tên người ký bản giấy", "Họ tên người ký (bản giấy)"),
)
PAPER_SIGNER_POSITION = Column(
    "Chức danh người ký bản giấy",
    "Paper copy signer's position",
    "Hiệu trưởng",
    100,
    required=False,
    aliases=("Chức vụ người ký bản giấy",),
)
ISSUE_PLACE = Column(
    "Địa danh cấp", "Place of issue", "Hà Nội", 100, aliases=("Địa danh", "Địa danh cấp bằng", "Địa danh cấp văn bằng")
)
CREATION_DATE = Column(
    "Ngày tạo văn bằng số",
    "Date of creation",
    "04/06/2026",
    10,
    DATE,
    aliases=("Ngày tạo", "Ngày tạo văn bằng", "Creation date", "Created"),
)
ISSUE_DATE = Column(
    "Ngày cấp",
    "Date of issue",
    "10/06/2026",
    10,
    DATE,
    aliases=("Ngày cấp bằng", "Ngày cấp văn bằng", "Ngày cấp văn bằng, chứng chỉ", "Issue date", "Date issued"),
)
NOTE = Column("Ghi chú", "Note", "", 500, required=False, aliases=("Notes", "Remark", "Remarks"))
