package main

import "strings"

// stateWords are the states of entries, cycles and verdicts as people read them. JSON and flags have their ids.
var stateWords = map[string]phrase{
	"intended": "intended", "waiting": "waiting", "held": "held", "sent": "sent", "done": "done", "refused": "refused",
	"past": "past", "overtaken": "overtaken", "needless": "needless", "withdrawn": "withdrawn",
	"running": "running", "paused": "paused", "met": "met", "breached": "breached", "escalated": "escalated",
	"cancelled": "cancelled", "not-judged": "not judged", "ended": "ended",
}

// stateWord is a state in the reader's language.
func stateWord[S ~string](p *page, s S) string {
	if word, ok := stateWords[string(s)]; ok {
		return p.t(word)
	}
	return string(s)
}

// stateColumn is a state in a column of its own.
func stateColumn[S ~string](p *page, s S) string {
	word := stateWord(p, s)
	return tint(s, word+strings.Repeat(" ", max(0, 9-columnsOf(word))))
}
