package enforcer_test

import (
	"fmt"
	"time"

	"slabridge/config"
	"slabridge/enforcer"
)

// A critical request comes at ten; support takes it into work after a quarter of an hour.
func ExampleEvaluate() {
	contract, err := config.Preset("kamal")
	if err != nil {
		panic(err)
	}
	at := func(hour, minute int) time.Time {
		return time.Date(2026, 3, 16, hour, minute, 0, 0, contract.Calendar.Location())
	}
	engineer := enforcer.Person{ID: "6", Name: "Ivan Ivanov", Role: enforcer.Support}
	customer := enforcer.Person{ID: "11", Name: "Clara Customer", Role: enforcer.Customer}
	fresh := enforcer.State{Covered: true, Severity: "critical", Status: enforcer.New}
	working := fresh
	working.Status, working.Assignee = enforcer.Working, engineer
	request := enforcer.Request{
		Issue: "1", Key: "#1", Author: customer, CreatedAt: at(10, 0), ReceivedAt: at(10, 0),
		Moments: []enforcer.Moment{
			{Event: "created", At: at(10, 0), By: customer, StatusSet: true, State: fresh},
			{Event: "journal:1", At: at(10, 15), By: engineer, StatusSet: true, State: working},
		},
	}
	for _, c := range enforcer.Evaluate(contract, &request, at(10, 30)).Cycles {
		if !c.Due.IsZero() {
			fmt.Printf("%s %s, due %s\n", c.Obligation.ID, c.State, c.Due.Format("Mon 15:04"))
		}
	}
	// Output:
	// acknowledge breached, due Mon 10:20
	// respond met, due Mon 10:20
	// confirm-work breached, due Mon 10:25
	// involve-developers running, due Mon 12:00
	// inform-management running, due Mon 14:00
	// progress-update running, due Wed 10:00
	// request-complete running, due Tue 10:00
}
