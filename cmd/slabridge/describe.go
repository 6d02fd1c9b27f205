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

func keptHow(p *page, o *enforcer.Obligation) howKept {
	k := howKept{
		Starts: []string{o.Start.Text().In(p.lang)}, Pauses: plain(o.Pause), Unless: o.Unless, Repeat: o.Repeat, Once: o.Once,
		Agreed: o.Agreed,
	}
	if o.Again != nil {
		k.Starts = append(k.Starts, o.Again.Text().In(p.lang))
	}
	for _, c := range o.Stop {
		k.Stops = append(k.Stops, c.Text().In(p.lang))
	}
	for _, c := range o.Accept {
		k.Accept = append(k.Accept, c.Text().In(p.lang))
	}
	for _, i := range o.Items {
		k.Items = append(k.Items, i.Title.In(p.lang))
	}
	return k
}

// tell tells it in a few lines.
func (k *howKept) tell(p *page) {
	for _, x := range []struct {
		label phrase
		list  []string
	}{
		{"from", k.Starts}, {"until", k.Stops}, {"pauses in", k.Pauses}, {"a later date binds by", k.Accept}, {"items", k.Items},
	} {
		if len(x.list) > 0 {
			p.line("  "+p.t(x.label)+": ", strings.Join(x.list, "; "))
		}
	}
	var more []string
	for _, x := range []struct {
		what phrase
		is   bool
	}{
		{"again and again while the request is open", k.Repeat},
		{"not again when the request is reopened", k.Once},
		{"both sides may agree on another due (field agreed-due)", k.Agreed},
	} {
		if x.is {
			more = append(more, p.t(x.what))
		}
	}
	if k.Unless != "" {
		more = append(more, p.tf("%s takes its place where it is on", k.Unless))
	}
	p.detail("  ", strings.Join(more, "; "))
}
