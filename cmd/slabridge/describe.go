package main

import (
	"strings"

	"slabridge/enforcer"
)

func plain[S ~string](list []S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

// howKept says how an obligation is kept: what starts, stops and pauses its stopwatch.
type howKept struct {
	Starts []string `json:"starts"`
	Stops  []string `json:"stops,omitempty"`
	Pauses []string `json:"pauses,omitempty"`
	Accept []string `json:"accepts,omitempty"` // what makes a due date that was moved later the due
	Unless string   `json:"unless,omitempty"`
	Repeat bool     `json:"repeats,omitempty"`
	Once   bool     `json:"once,omitempty"`
	Agreed bool     `json:"agreed_due,omitempty"`
	Items  []string `json:"items,omitempty"`
}

func (a *app) keptHow(o *enforcer.Obligation) howKept {
	k := howKept{
		Starts: []string{o.Start.Text().In(a.lang)}, Pauses: plain(o.Pause), Unless: o.Unless, Repeat: o.Repeat, Once: o.Once, Agreed: o.Agreed,
	}
	if o.Again != nil {
		k.Starts = append(k.Starts, o.Again.Text().In(a.lang))
	}
	for _, c := range o.Stop {
		k.Stops = append(k.Stops, c.Text().In(a.lang))
	}
	for _, c := range o.Accept {
		k.Accept = append(k.Accept, c.Text().In(a.lang))
	}
	for _, i := range o.Items {
		k.Items = append(k.Items, i.Title.In(a.lang))
	}
	return k
}

// printHow tells it in a few lines.
func (a *app) printHow(k *howKept) {
	line := func(label phrase, list []string) {
		if len(list) > 0 {
			a.wrap("  "+a.t(label)+": ", strings.Join(list, "; "))
		}
	}
	line(phrase("from"), k.Starts)
	line(phrase("until"), k.Stops)
	line(phrase("pauses in"), k.Pauses)
	line(phrase("a later date binds by"), k.Accept)
	line(phrase("items"), k.Items)
	var more []string
	for _, x := range []struct {
		is   bool
		what phrase
	}{
		{k.Repeat, phrase("again and again while the request is open")},
		{k.Once, phrase("not again when the request is reopened")},
		{k.Agreed, phrase("both sides may agree on another due (field agreed-due)")},
	} {
		if x.is {
			more = append(more, a.t(x.what))
		}
	}
	if k.Unless != "" {
		more = append(more, a.tf("%s takes its place where it is on", k.Unless))
	}
	if len(more) > 0 {
		a.wrap("  ", strings.Join(more, "; "))
	}
}
