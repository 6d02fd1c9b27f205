// Package calendar measures business time: when a promise of "2h", "1bd" or
// "10d" falls due, how much working time lies between two moments, and why.
//
// A [Calendar] is compiled once from a zone, the working hours of a week and
// the days off of a country, and answers from tables by binary search. It is
// immutable, so any number of goroutines may share it. Everything is exact to
// the second; fractions of a second in an argument are cut off.
//
// What it promises:
//   - Working hours are half open: at 18:00 sharp a day of 09:00-18:00 is over.
//     A deadline that falls on a close stays there.
//   - A shift over midnight, 22:00-06:00, is one working day: that of its opening.
//   - A year without data is a [MissingYearError], never a guess of Monday to
//     Friday. Provisional data is used and called provisional.
//   - A pause never brings a deadline forward.
//   - Results carry the calendar's own zone.
//
// Local time that a change of the clock makes unclear is read in one way
// everywhere: a local time means the first moment at which the clock of that
// date shows it or more. So a time that is skipped is the moment of the jump,
// and a time that comes twice is its first occurrence.
//
// Words: inside hours is from a day's first opening to its last close, breaks
// included; counting time is what a term's own clock counts, working time or,
// for days and "always", plain time.
//
// The package reads no clock, does no I/O beyond loading a zone, and knows
// nothing of contracts or trackers. Zones come from a database inside the
// program, whose release [ZoneRelease] tells; the machine's own is never read.
package calendar
