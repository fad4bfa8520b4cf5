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

_LONGEST = 32 << 20  # characters of a line; dumps of the largest machines have a few hundred thousand


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
                yield self._cells(text.rstrip("\r\n"))
            elif text.strip():
                yield self._parse(text)

    def _parse(self, text: str) -> Any:
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            self.fail(f"no JSON ({error})", "a JSON value")

    def _cells(self, text: str) -> list[str]:
        try:
            return next(csv.reader([text]), [])
        except csv.Error as error:
            self.fail(f"no CSV ({error})", "cells separated by commas")

    def _lines(self) -> Iterator[str]:
        if not self.path.is_file():
            self.fail("no regular file", "a recording")
        try:
            with self.path.open("rb") as raw:
                packed = raw.read(2) == b"\x1f\x8b"
                raw.seek(0)
                stream = io.TextIOWrapper(gzip.GzipFile(fileobj=raw) if packed else raw, encoding="utf-8", newline="\n")
                # In pieces, so that a file without ends of lines does not fill memory.
                while text := stream.readline(_LONGEST):
                    if len(text) == _LONGEST:
                        self.line += 1
                        self.fail(f"a line of more than {_LONGEST} characters", "a recording")
                    yield text
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self.line += 1
            self.fail(f"broken compression ({error})", "a whole gzip file (is it truncated?)")
        except UnicodeDecodeError:
            self.line += 1
            self.fail("bytes that are no UTF-8 text", "a recording")
        except OSError as error:
            raise ConfigError(f"{self.path}: found {error.strerror}, expected a recording") from None
