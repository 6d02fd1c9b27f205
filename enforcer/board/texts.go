package board

import "slabridge/config/message"

// texts are all sentences that the templates use; a sentence that is not here is an error.
var texts = []message.Format{
	"Desk", "Trust", "to the contents", "Language", "Pages",
	"as of %s", "the mirror is of %s", "Overdue", "What is due next",
	"no cycle is running", "no running cycle is of this kind", "contract", "severity", "assignee", "all", "anybody",
	"nobody", "left at most", "any time", "only overdue", "Choose", "show all",
	"rows %d to %d of %d; overdue: %d", "earlier rows", "further rows",
	"time left", "deadline", "request", "promise", "nobody has it", "in the tracker", "no deadline",
	"time is counted on each promise's own clock: working time, or plain time where it runs round the clock",

	"The course of the request", "picture of the course", "working time", "calendar time", "show it in calendar time",
	"show it in working time",
	"On this axis only working time has its true length; nights and days off are narrow bands, and what is shorter than " +
		"a few minutes is drawn wider, so that it can be seen.",
	"On this axis all time has its true length.",
	"Each part of the picture leads to its words below; with the keyboard, go from part to part with Tab.",
	"What was promised", "What happened", "Who held the request", "What slabridge did besides",
	"no contract covers it", "How the deadline came about", "steps of slabridge", "from minute to minute",
	"from – to", "what", "counted", "in all",
	"no promise ran on it", "after the deadline", "night or day off", "paused", "step written", "to come", "held",
	"refused", "customer, staff, slabridge",

	"first day", "last day", "Show", "how the text is read", "the same as a report to print: 'slabridge report -o html'",

	"How slabridge fares", "wait for a person", "nothing waits for a person", "step", "since", "what to do",
	"faults", "and %d more: 'slabridge ledger list'", "This page cannot be shown", "to the desk",
}
