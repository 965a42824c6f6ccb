"""Signing: how soon states signed after the launch, and who never did."""

from .measures import (
    DATES,
    Document,
    documents_signed,
    group_ahead,
    months_ahead,
    months_to_sign,
    signed_before,
    signed_within,
    signing_curve,
    signing_medians,
    signing_times,
    un_members,
)
from .pictures import signing_curves

__all__ = [
    "DATES",
    "Document",
    "documents_signed",
    "group_ahead",
    "months_ahead",
    "months_to_sign",
    "signed_before",
    "signed_within",
    "signing_curve",
    "signing_curves",
    "signing_medians",
    "signing_times",
    "un_members",
]
