package main

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"slabridge/enforcer/board"
)

// What took long to work out is kept for a while, for whoever asks the same; what took no time, and what failed, is
// not.
func TestContractAnswersAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var k keptContracts
		worked := 0
		ask := func(page contractPage, takes time.Duration, fails error) (string, error) {
			out, err := k.answer(t.Context(), page, time.Now, func() (board.Contract, error) {
				time.Sleep(takes)
				worked++
				return board.Contract{Title: page.lang}, fails
			})
			return out.Title, err
		}
		ru := contractPage{lang: "ru", ask: board.ContractQuestion{ID: "kamal-acme"}}
		limited := ru
		limited.sees = "kamal-acme"
		for _, c := range []struct {
			what   string
			page   contractPage
			takes  time.Duration
			fails  error
			after  time.Duration
			worked int // in all
		}{
			{"the first time", ru, 10 * time.Second, nil, 0, 1},
			{"again, soon", ru, 10 * time.Second, nil, 49 * time.Second, 1},
			{"for a reader who may see less", limited, 0, nil, 0, 2},
			{"again, and it took no time", limited, 0, nil, 0, 3},
			{"when it is old", ru, 10 * time.Second, errors.New("disk"), 2 * time.Second, 4},
			{"after a failure", ru, 10 * time.Second, nil, 0, 5},
		} {
			time.Sleep(c.after)
			text, err := ask(c.page, c.takes, c.fails)
			if worked != c.worked || !errors.Is(err, c.fails) || err == nil && text != "ru" {
				t.Errorf("%s: %q, %v, worked out %d times, want %d", c.what, text, err, worked, c.worked)
			}
		}
		answers := make(chan string)
		time.Sleep(time.Hour)
		for range 3 { // who asks meanwhile waits for the same
			go func() {
				text, _ := ask(ru, time.Minute, nil)
				answers <- text
			}()
		}
		for range 3 {
			<-answers
		}
		if worked != 6 {
			t.Errorf("three at once: worked out %d times, want 6", worked)
		}
		for i := range 2 * mostKept {
			_, _ = ask(contractPage{lang: "ru", ask: board.ContractQuestion{ID: string(rune('a' + i))}}, time.Hour, nil)
		}
		if n := len(k.answers); n > mostKept {
			t.Errorf("%d are kept, more than %d", n, mostKept)
		}
	})
}
