package calendar_test

import (
	"fmt"
	"time"

	"slabridge/config"
	"slabridge/enforcer/calendar"
)

// A notice that comes on the evening before Nauryz is answered within two working hours after it.
func ExampleCalendar_Due() {
	days, err := config.BuiltinDays("KZ")
	if err != nil {
		panic(err)
	}
	week, err := calendar.ParseWeek("Mon-Fri 09:00-18:00")
	if err != nil {
		panic(err)
	}
	c, err := calendar.Compile(calendar.Spec{ID: "almaty", Zone: "Asia/Almaty", Week: week, Days: days})
	if err != nil {
		panic(err)
	}
	received := time.Date(2026, 3, 20, 17, 0, 0, 0, c.Location())
	due, err := c.Due(received, calendar.Term{N: 2, Unit: calendar.Hours}, nil)
	if err != nil {
		panic(err)
	}
	fmt.Println(due.At.Format("Mon 2006-01-02 15:04"))
	for _, why := range due.Why {
		fmt.Println(why.Text("en"))
	}
	// Output:
	// Thu 2026-03-26 10:00
	// 2 hours of working time: Mon-Fri 09:00-18:00, Asia/Almaty
	// days off on the way: Sat 2026-03-21 - Wed 2026-03-25 (Nauryz, in lieu of 2026-03-21, in lieu of 2026-03-22)
}
