# SPDX-License-Identifier: GPL-2.0-only
"""Read a recording line by line: JSON lines or CSV, plain or gzip. It knows no kinds of recordings.

Whatever is wrong with a file ends as one ConfigError that names the line.
"""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from emulator.errors import ConfigError


class Recording:
    """An open recording. Iterating gives a decoded value for each line: an object, an array, or a list of CSV cells."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.line = 0  # number of the line read last, from 1
        self._values = self._decode()
        self._ahead: list[Any] = []

    def peek(self) -> Any:
        """Give the first line's value without consuming it.

        Raises: ConfigError where the file is empty or no recording.
        """
        if not self._ahead:
            for value in self._values:
                self._ahead.append(value)
                break
            else:
                self.fail("an empty file", "a recording")
        return self._ahead[0]

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return self._ahead.pop() if self._ahead else next(self._values)

    def fail(self, found: str, expected: str) -> NoReturn:
        """Give the file up.

        Raises: ConfigError, with file, line, what was found and what was expected.
        """
        raise ConfigError(f"{self.path}: line {self.line}: found {found}, expected {expected}")

    def _decode(self) -> Iterator[Any]:
        is_csv = ".csv" in self.path.suffixes
        for text in self._lines():
            self.line += 1
            if not text.endswith("\n"):
                self.fail("the end of the file in mid-line", "a whole line (is the file truncated?)")
            if is_csv:
                yield next(csv.reader([text.rstrip("\r\n")]))
            elif text.strip():
                try:
                    yield json.loads(text)
                except ValueError as error:
                    self.fail(f"no JSON ({error})", "a JSON value")

    def _lines(self) -> Iterator[str]:
        try:
            with self.path.open("rb") as raw:
                packed = raw.read(2) == b"\x1f\x8b"
                raw.seek(0)
                stream = gzip.GzipFile(fileobj=raw) if packed else raw
                yield from io.TextIOWrapper(stream, encoding="utf-8", newline="\n")
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self.line += 1
            self.fail(f"broken compression ({error})", "a whole gzip file (is it truncated?)")
        except UnicodeDecodeError:
            self.line += 1
            self.fail("bytes that are no UTF-8 text", "a recording")
        except OSError as error:
            raise ConfigError(f"{self.path}: found {error.strerror}, expected a recording") from None
