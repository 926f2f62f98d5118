"""アカウント: who may come in, and how they prove that it is them."""

from domain.accounts.account import Account, Gate, folded, login_name, visible_to
from domain.accounts.entering import Caller, Entered, change_password, enroll, enter, enter_vouched, prove, tidy
from domain.accounts.inviting import (
    assign,
    end,
    invite,
    lock,
    make_link,
    opened,
    remove_factor,
    send_reset,
    unlock,
)
from domain.accounts.links import Link, address, ask_for_reset, behind, choose_password
from domain.accounts.sessions import Session, Stage, Visit, actor_of, leave, living, revoke_sessions, visit

__all__ = [
    "Account",
    "Caller",
    "Entered",
    "Gate",
    "Link",
    "Session",
    "Stage",
    "Visit",
    "actor_of",
    "address",
    "ask_for_reset",
    "assign",
    "behind",
    "change_password",
    "choose_password",
    "end",
    "enroll",
    "enter",
    "enter_vouched",
    "folded",
    "invite",
    "leave",
    "living",
    "lock",
    "login_name",
    "make_link",
    "opened",
    "prove",
    "remove_factor",
    "revoke_sessions",
    "send_reset",
    "tidy",
    "unlock",
    "visible_to",
    "visit",
]
