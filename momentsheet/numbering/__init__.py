"""Old numbers to new ones: what a plan proposes, whether it is possible, and what becomes of names of files."""

from momentsheet.numbering.file_names import renamed
from momentsheet.numbering.propose import Asked, Proposal, propose

__all__ = ["Asked", "Proposal", "propose", "renamed"]
