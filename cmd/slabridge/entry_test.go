package main

import (
	"bytes"
	"testing"

	"slabridge/connectors"
	"slabridge/enforcer"
)

// What a tracker refused was kept in English; a Russian reader reads it in Russian.
func TestRefusalsInRussian(t *testing.T) {
	var out bytes.Buffer
	p := page{out: onScreen(&out), lang: "ru"}
	refused := connectors.Refusal{Field: connectors.FieldPriority, Wanted: "Immediate", Words: "Field cannot be set"}
	i := writeInfo{State: string(enforcer.Done), Refused: []string{refused.String()}}
	i.tell(&p, false)
	if err := p.out.flush(); err != nil {
		t.Fatal(err)
	}
	contains(t, "the entry", unfolded(out.String()),
		`priority: нужно "Immediate", трекер отказал: Field cannot be set`)
}
