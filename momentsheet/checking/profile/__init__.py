"""Any files in, what a person should look at before an import out."""

from momentsheet.checking.profile.look import profile_files

__all__ = ["profile_files"]
