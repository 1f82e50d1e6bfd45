"""
Assignment: who answers for a lead, and why (R31-R36).

A policy is plain data; `choose` applies it to a request and the roster of the
moment, purely and without chance.  Pools and workloads are records of their own,
committed with the lead, so that turns and limits are exact under any number of
workers.
"""

from __future__ import annotations

from leadflow.assignment._choose import Reason, choose
from leadflow.assignment._definition import (
    PolicyReader,
    ReadPolicy,
    check_policies,
    check_policy,
    parse_policy,
    policy_to_data,
)
from leadflow.assignment._needs import Needs, candidates, needs
from leadflow.assignment._policies import (
    AnyHours,
    ClientsOwn,
    FirstOf,
    FixedMember,
    HeadOf,
    LeastLoaded,
    OnDutyOnly,
    Policy,
    RoleQueue,
    RoundRobin,
    Router,
    SeveralMembers,
    Weighted,
)
from leadflow.assignment._pool import PoolGiven, PoolState, Seat
from leadflow.assignment._pool import evolve as evolve_pool
from leadflow.assignment._roster import Assignment, Request, Roster
from leadflow.assignment._workload import Workload, WorkloadChanged, WorkloadCounted
from leadflow.assignment._workload import evolve as evolve_workload


__all__ = (
    "AnyHours",
    "Assignment",
    "ClientsOwn",
    "FirstOf",
    "FixedMember",
    "HeadOf",
    "LeastLoaded",
    "Needs",
    "OnDutyOnly",
    "Policy",
    "PolicyReader",
    "PoolGiven",
    "PoolState",
    "ReadPolicy",
    "Reason",
    "Request",
    "RoleQueue",
    "Roster",
    "RoundRobin",
    "Router",
    "Seat",
    "SeveralMembers",
    "Weighted",
    "Workload",
    "WorkloadChanged",
    "WorkloadCounted",
    "candidates",
    "check_policies",
    "check_policy",
    "choose",
    "evolve_pool",
    "evolve_workload",
    "needs",
    "parse_policy",
    "policy_to_data",
)
