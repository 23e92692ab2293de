"""Templates compiled once and kept beside Python's own bytecode: compiling them takes a second and more."""

import sys
from collections.abc import Sequence
from pathlib import Path

from jinja2 import FileSystemBytecodeCache, __version__
from jinja2.bccache import Bucket


class CompiledTemplates(FileSystemBytecodeCache):
    """The compiled templates of one environment, in `folder/__pycache__`.

    `environment` names what else than a template's text decides what it becomes, such as escaping. `filters`
    are the files of the filters: the compiler has run some of them already. Where nothing can be written,
    templates are compiled for each process, as Python does with its own.
    """

    def __init__(self, folder: Path, environment: str, filters: Sequence[str]) -> None:
        super().__init__(str(folder / "__pycache__"), f"{environment}-%s.template")
        stats = [Path(file).stat() for file in filters]
        # To the second, as Python knows its own: the layers of a container's image keep no more.
        self._made_by = f"{__version__} {[(int(one.st_mtime), one.st_size) for one in stats]}"

    def get_source_checksum(self, source: str) -> str:
        return super().get_source_checksum(f"{self._made_by}\n{source}")

    def dump_bytecode(self, bucket: Bucket) -> None:
        if sys.dont_write_bytecode:
            return
        try:
            Path(self.directory).mkdir(exist_ok=True)
            super().dump_bytecode(bucket)
        except OSError:
            return
