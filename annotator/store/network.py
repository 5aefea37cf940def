"""Which file systems are on another machine, where SQLite cannot keep a store."""

import re
from pathlib import Path

from annotator.errors import StoreError

MOUNTS = Path("/proc/mounts")
NETWORK = frozenset({
    "nfs", "nfs4", "cifs", "ncpfs", "afs", "ceph", "glusterfs", "lustre", "gpfs", "beegfs", "davfs", "davfs2", "sshfs", "s3fs", "gcsfuse",
    "rclone", "blobfuse", "blobfuse2",
})  # fmt: skip
"""File systems without the shared memory that WAL needs, or with locks that do not hold."""


def refuse_network(path: Path) -> None:
    """StoreError for a path on a network file system, as far as the system says (Linux)."""
    try:
        mounts = MOUNTS.read_text("utf-8", "surrogateescape")
    except OSError:
        return
    kind = file_system(path.resolve(), mounts)
    if is_network(kind):
        raise StoreError(
            f"{path} is on a network file system ({kind}), where SQLite cannot keep a store safely.",
            "Name a file on a local disk with --store, for instance --store /var/tmp/annotator.db.",
        )


def is_network(kind: str) -> bool:
    """Whether a file system of this type, as /proc/mounts names it, is on another machine."""
    name = kind.removeprefix("fuse.")
    return name in NETWORK or name.startswith("smb")


def file_system(path: Path, mounts: str) -> str:
    """The type of the file system that holds a path, by a table in the format of /proc/mounts; '' where it does not say."""
    best, kind = -1, ""
    for row in mounts.splitlines():
        fields = row.split(" ")
        if len(fields) < 3:
            continue
        point = Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), fields[1]))
        if (path == point or point in path.parents) and len(point.parts) >= best:
            best, kind = len(point.parts), fields[2]
    return kind
