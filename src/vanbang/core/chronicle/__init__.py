"""What an auditor reads of a registry: its events as frozen types, the hash chain over them, its state (section 11).

Pure: `walking` says which block's logs it needs next, `replaying` says what state the events make, `views` decodes what
the contract says its state is. Whoever asks the chain stands outside.
"""
