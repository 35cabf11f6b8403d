"""Pictures: what they are by their contents, and a copy that is upright, no larger than needed and tells nothing else.

What a camera adds (place, time, make, preview pictures, the colours of its screen) never gets into a copy. A picture
that is small enough and has nothing of the kind is handed on byte for byte. The same bytes always give the same copy.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps, JpegImagePlugin, PngImagePlugin

MOST_PIXELS = 80_000_000  # of a picture that is opened at all
QUALITY = 90  # of JPEG copies

_FORMATS = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png"}  # MPO: two pictures of a telephone in one JPEG
_HARMLESS = frozenset(  # what a picture may say of itself and still be handed on as it is
    (
        "jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi", "adobe", "adobe_transform", "progressive",
        "progression", "transparency", "gamma", "srgb", "chromaticity", "interlace", "aspect", "background",
    )
)  # fmt: skip
_PLAIN_MODES = {"jpg": ("RGB", "L"), "png": ("RGB", "RGBA", "L", "LA", "P", "1")}
_PLAIN_MARKERS = ("APP0", "APP14")  # JFIF and Adobe: how the picture is coded
_ORIENTATION, _GPS = 0x0112, 0x8825


@dataclass(frozen=True, slots=True)
class PictureLook:
    """What a picture is, and what its copy will be."""

    state: str  # ok | unreadable | too_large
    format: str = ""  # jpg | png
    size: tuple[int, int] = (0, 0)
    copy_size: tuple[int, int] = (0, 0)
    done: tuple[str, ...] = ()  # turned | scaled | cleaned | recoded; none: handed on byte for byte
    has_place: bool = False  # it says where it was taken


def look_at(data: bytes, largest: int | None) -> PictureLook:
    """What the picture is; never raises, whatever the bytes are. Without `largest` it is to stay as it is."""
    return _made(data, largest)[0]


def copy_of(data: bytes, largest: int) -> bytes:
    """The copy, or the picture itself where nothing is to be done. Only for what `look_at` has found sound."""
    look, copy = _made(data, largest)
    assert look.state == "ok"
    return data if copy is None else copy


# Private functions


def _made(data: bytes, largest: int | None) -> tuple[PictureLook, bytes | None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "MPO")) as image:
                if image.width * image.height > MOST_PIXELS:
                    return PictureLook("too_large", _FORMATS.get(image.format or "", ""), image.size), None
                return _worked_on(image, largest)
    except Image.DecompressionBombError:
        return PictureLook("too_large"), None
    except Exception:  # noqa: BLE001 - decoders raise whatever their formats make them; the file is unreadable
        return PictureLook("unreadable"), None


def _worked_on(image: Image.Image, largest: int | None) -> tuple[PictureLook, bytes | None]:
    kind, size = _FORMATS[image.format or ""], image.size
    if largest is None:
        image.load()
        return PictureLook("ok", kind, size, size), None
    exif = image.getexif()
    is_turned = exif.get(_ORIENTATION, 1) not in {0, 1}
    has_place = bool(exif.get_ifd(_GPS))
    profile = image.info.get("icc_profile")
    is_odd = image.mode not in _PLAIN_MODES[kind] or getattr(image, "n_frames", 1) > 1
    is_large = max(size) > largest
    says_more = _says_more(image) or bool(exif)
    if is_large:
        image.draft("RGB", (2 * largest, 2 * largest))  # a large JPEG is decoded at the size that is needed
    image.load()
    says_more = says_more or _says_more(image)  # a PNG says some of it behind its pixels
    words = ("turned", is_turned), ("scaled", is_large), ("cleaned", says_more), ("recoded", is_odd)
    done = tuple(word for word, is_so in words if is_so)
    if not done:
        return PictureLook("ok", kind, size, size), None
    copy = _in_srgb(ImageOps.exif_transpose(image), profile, kind)
    copy.thumbnail((largest, largest), Image.Resampling.LANCZOS)
    return PictureLook("ok", kind, size, copy.size, done, has_place), _written(copy, kind)


def _says_more(image: Image.Image) -> bool:
    """True of a picture that holds anything beside its pixels and how they are coded."""
    if any(isinstance(key, str) and key not in _HARMLESS for key in image.info):
        return True
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        return any(marker not in _PLAIN_MARKERS for marker, _ in image.applist)
    return isinstance(image, PngImagePlugin.PngImageFile) and bool(image.text)


def _in_srgb(image: Image.Image, profile: bytes | None, kind: str) -> Image.Image:
    """Eight bits a colour, in the colours of every screen."""
    if image.mode.startswith("I") or image.mode == "F":
        # Sixteen bits of grey; the low ones cannot be seen.
        image = image.convert("I").point(lambda value: value * (1 / 257) + 0).convert("L")
    if image.mode in {"P", "PA"}:
        image = image.convert("RGBA" if "transparency" in image.info or image.mode == "PA" else "RGB")
    if profile and image.mode in {"RGB", "CMYK"}:
        try:
            source, target = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
            image = ImageCms.profileToProfile(image, source, target, outputMode="RGB") or image
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a profile that cannot be used says nothing of the colours
    if kind == "jpg" and image.mode not in {"RGB", "L"}:
        image = image.convert("RGB")
    if kind == "png" and image.mode not in {"RGB", "RGBA", "L", "LA"}:
        image = image.convert("RGBA" if "A" in image.mode or "a" in image.mode else "RGB")
    return image


def _written(image: Image.Image, kind: str) -> bytes:
    clean = Image.frombytes(image.mode, image.size, image.tobytes())  # pixels and nothing else
    target = io.BytesIO()
    if kind == "jpg":
        clean.save(target, "JPEG", quality=QUALITY, optimize=True)
    else:
        clean.save(target, "PNG", optimize=True)
    return target.getvalue()
