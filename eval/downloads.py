"""Downloads public data into `~/.byline/data`, and verifies each file's hash.

Data is downloaded only when a user names it, and is never part of Byline.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rag.errors import BadInput, BylineError

FOLDER = Path("~/.byline/data")
TIMEOUT_S = 60.0

_GITHUB = "https://raw.githubusercontent.com"


@dataclass(frozen=True, slots=True)
class Data:
    """A file of public data: its URL and SHA-256."""

    url: str
    sha256: str


DATA: Mapping[str, Data] = {
    "qags-cnndm": Data(
        f"{_GITHUB}/W4ngatang/qags/47798e9b63344e2d3fb4df2def6edc18e9402d30/data/mturk_cnndm.jsonl",
        "5a6e20201f2c5d5d2489865137987c5d68d04c5b4e84662f99bb03862bb3a575",
    ),
    "qags-xsum": Data(
        f"{_GITHUB}/W4ngatang/qags/47798e9b63344e2d3fb4df2def6edc18e9402d30/data/mturk_xsum.jsonl",
        "1fb9af32ba64b0df54b26e12456b0b0324a519a85348c1f7b268899ad6269a15",
    ),
    "ramdocs": Data(
        f"{_GITHUB}/Larry-DayDayUp/RAMDocs/088d7f713e1b48d0ed9e15510b195332dc9e4067/RAMDocs_test.jsonl",
        "c67f699c97349f00cf1bd08d1dbf8ca1d0cc38c306715c93a10a4f961dcf28b7",
    ),
    "rgb": Data(
        f"{_GITHUB}/chen700564/RGB/65ec39e40e7dc9abb50e9bf1b4f32be3f6f16615/data/en_fact.json",
        "92f4b2330ee407f74fbd923197028ef5140cfbc1f4b4092efec2d4d10ae6c9e5",
    ),
}


def known_data(name: str, folder: Path = FOLDER) -> Path:
    """The file of a data set that Byline knows by name, downloaded at first use. Raises BylineError offline."""
    if name not in DATA:
        raise BadInput(f"{name}: its data cannot be downloaded; give a path: {name}:PATH. Known: {', '.join(DATA)}.")
    return fetch(DATA[name], folder)


def fetch(data: Data, folder: Path = FOLDER) -> Path:
    """The file from the folder if its hash is right, otherwise downloaded. Raises BylineError."""
    import pooch  # imports requests, which nothing else needs

    place = folder.expanduser() / data.sha256[:12]
    download = pooch.HTTPDownloader(timeout=TIMEOUT_S)
    try:
        return Path(pooch.retrieve(data.url, data.sha256, data.url.rpartition("/")[2], place, downloader=download))
    except ValueError as error:
        raise BylineError(f"{data.url}: the file has changed, and is not used ({error}).") from error
    except OSError as error:  # the base class of requests' errors
        raise BylineError(
            f"{data.url}: could not be downloaded ({error}); download it by other means, and give its path."
        ) from error
