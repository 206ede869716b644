"""The settings of one installation, declared once: parser, `vanbang settings` and docs/operations.md are made of it."""

from collections.abc import Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

from vanbang.adapters.ethereum.profiles import profile_for
from vanbang.adapters.objects.paths import BucketPlace
from vanbang.catalog import known_types
from vanbang.core.chain_profile import ChainProfile
from vanbang.core.encoding import registry_name
from vanbang.core.strict_json import JsonValue, canonical
from vanbang.core.trust import Trust, shown_url, trusted_registry
from vanbang.ports import DatabaseServer
from vanbang.settings.errors import NotSetUp
from vanbang.settings.kinds import (
    COINS,
    DATABASE,
    EXECUTOR,
    FILE_NAME,
    OBJECTS,
    TEXT,
    TEXTS,
    URLS,
    WEB_FOLDER,
    Kind,
    is_server,
    one_of,
    whole,
)

FILE: Final = "vanbang.json"


@dataclass(frozen=True, slots=True)
class Setting:
    """A row of the table. `default` MISSING: `vanbang init` decides it. A secret is never in the file nor printed."""

    name: str
    kind: Kind
    vietnamese: str
    english: str
    default: Any = MISSING
    secret: bool = False

    @property
    def variable(self) -> str:
        """The environment variable that overrides the file."""
        return f"VANBANG_{self.name.upper()}"


def _row(kind: Kind, vietnamese: str, english: str, default: Any = MISSING, *, secret: bool = False) -> Any:
    told = {"row": (kind, vietnamese, english, default, secret)}
    if default is MISSING:
        return field(metadata=told)
    return field(default=default, metadata=told, repr=not secret)


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and how much is allowed. `rpc` empty: the embedded chain, on `chain_port`.

    `depth` None: the rule of the chain's profile. `page_rpc` are the endpoints that the page is told of, `rpc` if
    empty: an `rpc` with an access key in it stays here.
    """

    home: Path
    registry: str = _row(
        TEXT, "Sổ neo các đợt cấp, dạng eip155:<id>:<địa chỉ>", "The registry that batches are anchored in"
    )
    rpc: Sequence[str] = _row(
        URLS, "Các máy chủ JSON-RPC; trống: chuỗi phát triển kèm theo", "JSON-RPC endpoints; none: the embedded chain"
    )
    chain_port: int = _row(whole(0, 65_535), "Cổng của chuỗi phát triển kèm theo", "Port of the embedded chain")
    base_url: str = _row(TEXT, "Địa chỉ công khai của trang", "The site's public address, in proof URLs")
    depth: int | None = _row(
        whole(0, 2**31),
        "Chắc chắn sau N khối; trống: theo hồ sơ của chuỗi",
        "Final after N blocks; none: the rule of the chain's profile",
        None,
    )
    chain_profile: str | None = _row(
        FILE_NAME,
        "Hồ sơ của chuỗi; trống: chains/*.json trong thư mục, hoặc hồ sơ kèm theo",
        "The chain's profile; none: chains/*.json in the home folder, or the one shipped",
        None,
    )
    page_rpc: Sequence[str] = _row(
        URLS,
        "Các máy chủ JSON-RPC cho trang biết; trống: như rpc",
        "Endpoints the page is told of; none: those of rpc",
        (),
    )
    database: str = _row(
        DATABASE,
        "Cơ sở dữ liệu: tệp SQLite, hoặc PostgreSQL",
        "The database: a SQLite file, or one on PostgreSQL",
        "vanbang.sqlite",
    )
    database_password: str | None = _row(
        TEXT,
        "Mật khẩu của cơ sở dữ liệu PostgreSQL; trống: không cần hoặc trong địa chỉ",
        "Password of the PostgreSQL database; none: not needed, or in the address",
        None,
        secret=True,
    )
    database_connections: int = _row(
        whole(1, 10_000),
        "Số kết nối tới PostgreSQL mà một tiến trình được mở",
        "Connections to PostgreSQL that one process may have open",
        20,
    )
    objects: str = _row(
        OBJECTS,
        "Nơi giữ các tệp công khai: thư mục, hoặc kho đối tượng S3",
        "Where public files are kept: a folder, or a bucket of S3-compatible storage",
        "public",
    )
    public_url: str | None = _row(
        WEB_FOLDER,
        "Địa chỉ mà ai cũng đọc được kho đó, cho trang kiểm tra; trống: chỉ qua trang này",
        "Address at which everybody reads them, for the page; none: through this site only",
        None,
    )
    host: str = _row(TEXT, "Địa chỉ lắng nghe", "Address to listen on", "127.0.0.1")
    port: int = _row(
        whole(0, 65_535), "Cổng lắng nghe; 0: cổng trống bất kỳ", "Port to listen on; 0: any that is free", 8_000
    )
    trusted_proxies: Sequence[str] = _row(
        TEXTS,
        "Địa chỉ các máy chủ đứng trước, được tin về địa chỉ khách",
        "Addresses of proxies whose X-Forwarded-For and -Proto are believed",
        (),
    )
    log_level: str = _row(
        one_of("debug", "info", "warning", "error"), "Ghi nhật ký từ mức này", "Least level that is logged", "info"
    )
    log_format: str = _row(
        one_of("json", "text"), "Dạng nhật ký: cho máy hay cho người", "Log for machines or for people", "json"
    )
    drain_seconds: int = _row(
        whole(0, 600),
        "Khi dừng: số giây vẫn nhận kết nối sau khi báo không sẵn sàng",
        "On stopping: seconds in which connections are still taken after /readyz says no",
        0,
    )
    grace_seconds: int = _row(
        whole(0, 3_600),
        "Khi dừng: số giây dành cho các yêu cầu đang làm",
        "On stopping: seconds given to requests that are being answered",
        20,
    )
    metrics_token: str | None = _row(
        TEXT,
        "Mã để đọc /metrics; trống: không có trang này",
        "Token for /metrics; none: there is no such page",
        None,
        secret=True,
    )
    keyed_per_minute: int = _row(
        whole(1, 10**6), "Số yêu cầu mỗi phút cho một khóa API", "Requests a minute for each API key", 600
    )
    anonymous_per_minute: int = _row(
        whole(1, 10**6),
        "Số yêu cầu mỗi phút cho một địa chỉ không có khóa",
        "Requests a minute for each address without a key",
        60,
    )
    batch_lines_per_minute: int = _row(
        whole(60, 10**7),
        "Số văn bằng mỗi phút cho một địa chỉ khi kiểm tra nhiều văn bằng cùng lúc; nhiều hơn thì phải đợi",
        "Diplomas a minute for each address that checks many at once; more of them wait",
        60_000,
    )
    max_body_bytes: int = _row(
        whole(1_024, 2**30), "Độ dài tối đa của một yêu cầu thường", "Longest body of an ordinary request", 2**20
    )
    max_upload_bytes: int = _row(
        whole(1_024, 2**40), "Độ dài tối đa của một danh sách gửi lên", "Longest list that is uploaded", 2**31
    )
    max_part_bytes: int = _row(
        whole(1_024, 2**30), "Độ dài tối đa của một phần gửi lên", "Longest part of an upload", 2**23
    )
    engine: str = _row(
        one_of("on", "off"),
        "`serve` có kèm việc xử lý không; off: để các tiến trình `worker` làm",
        "Whether `serve` runs an engine; off: that is left to `worker` processes",
        "on",
    )
    executor: str = _row(
        EXECUTOR,
        "Nơi làm việc nặng: các tiến trình trên máy này, hoặc một cụm Dask",
        "Where heavy work is done: processes of this machine, one for each processor unless N is given, or a Dask "
        "cluster",
        "processes",
    )
    lease_seconds: int = _row(
        whole(1, 3_600),
        "Một tiến trình im lặng bao nhiêu giây thì tiến trình khác làm thay",
        "Seconds of silence after which another worker takes over a worker's task",
        15,
    )
    daily_spend: int | None = _row(
        COINS,
        "Số tiền tối đa (đơn vị tiền của chuỗi) tài khoản gửi giao dịch được chi trong 24 giờ; trống: không giới hạn",
        "Most coins that the relayer may spend in 24 hours, e.g. 0.5; none: no limit",
        None,
    )
    refused_upload_days: int = _row(
        whole(0, 3_650), "Số ngày giữ một danh sách bị từ chối", "Days that a refused upload is kept", 30
    )
    api_key_days: int = _row(
        whole(1, 3_650), "Số ngày hiệu lực của một khóa API mới", "Days that a new API key is good for", 365
    )
    pdf_certificate: str | None = _row(
        FILE_NAME,
        "Chứng thư (PKCS#12) để ký các tệp PDF; trống: không ký",
        "Certificate (PKCS#12) that PDFs are signed with; none: they are not",
        None,
    )
    pdf_certificate_password: str | None = _row(
        TEXT,
        "Mật khẩu của chứng thư đó; trống: không có",
        "Password of that certificate; none: it has none",
        None,
        secret=True,
    )

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The JSON-RPC endpoints asked: those configured, or the embedded chain's."""
        return tuple(self.rpc) or (f"http://127.0.0.1:{self.chain_port}",)

    @property
    def chain(self) -> ChainProfile:
        """How the registry's chain is driven. Raises FormatError; ChainUnknown."""
        own = None if self.chain_profile is None else self.home / self.chain_profile
        return profile_for(registry_name(self.registry, "registry")[0], self.depth, self.home, own)

    @property
    def database_at(self) -> Path | DatabaseServer:
        """Where the database is."""
        place = database_place(self.home, self.database, self.database_password)
        return replace(place, connections=self.database_connections) if isinstance(place, DatabaseServer) else place

    @property
    def objects_at(self) -> Path | BucketPlace:
        """Where the public files are."""
        return BucketPlace.of(self.objects) if "://" in self.objects else self.home / self.objects

    def trust(self) -> Trust:
        """Whom we believe ourselves: the registry we anchor in, through our endpoints, and our own public files."""
        home = trusted_registry(self.registry, self.endpoints, depth=self.chain.verifier_depth)
        place = self.objects_at
        served = self.public_url or f"{self.base_url.rstrip('/')}/public/"
        return Trust(home, (), (f"{place}/" if isinstance(place, Path) else served,), types=known_types())

    def page_trust(self) -> Trust:
        """What the page is given, for everybody to read: endpoints that are meant for the public."""
        endpoints = tuple(self.page_rpc) or self.endpoints
        if not self.page_rpc and any(shown_url(url) != url.rstrip("/") for url in endpoints):
            raise NotSetUp(
                "an address of --rpc has more than a host, perhaps an access key, and the page tells everybody: "
                "run `vanbang init` again with --page-rpc and addresses meant for the public"
            )
        chain = self.chain
        home = trusted_registry(self.registry, endpoints, depth=chain.verifier_depth, explorer=chain.explorer)
        return Trust(home, (), (*([self.public_url] if self.public_url else []), "/public/"), types=known_types())

    def save(self) -> None:
        """Writes the file, replacing it whole: what differs from the defaults, and no secret."""
        value: dict[str, JsonValue] = {"version": 1}
        for row in TABLE:
            chosen = getattr(self, row.name)
            if not row.secret and chosen != row.default:
                value[row.name] = row.kind.to_json(chosen)
        temporary = self.home / f"{FILE}.tmp"
        temporary.touch(mode=0o600)
        temporary.write_bytes(canonical(value) + b"\n")
        temporary.replace(self.home / FILE)


def database_place(home: Path, database: str, password: str | None) -> Path | DatabaseServer:
    """What the two settings name."""
    return DatabaseServer(database, password) if is_server(database) else home / database


TABLE: Final = tuple(Setting(item.name, *item.metadata["row"]) for item in fields(Settings) if "row" in item.metadata)
PASSWORD: Final = Setting(
    "password",
    TEXT,
    "Mật khẩu của kho khóa; trống: tệp keys/.password",
    "Password of the key store; none: the file keys/.password",
    None,
    True,
)
BACKUP_PASSWORD: Final = Setting(
    "backup_password",
    TEXT,
    "Mật khẩu của các bản sao lưu; trống: hỏi khi cần",
    "Password of backups; none: asked for",
    None,
    True,
)
PKCS11_PIN: Final = Setting(
    "pkcs11_pin",
    TEXT,
    "Mã PIN của các thiết bị giữ khóa (PKCS#11)",
    "PIN of hardware modules that keep keys (PKCS#11)",
    None,
    True,
)
API_KEY: Final = Setting(
    "api_key",
    TEXT,
    "Khóa API của người ra lệnh, cho việc cần hai người (`vanbang status`)",
    "API key of who gives an order that takes two people (`vanbang status`)",
    None,
    True,
)
PASSWORDS: Final = (PASSWORD, BACKUP_PASSWORD, PKCS11_PIN, API_KEY)
"""In the table, but not in `Settings`: only what opens key store, backup or hardware module, or asks who orders, reads
them."""
