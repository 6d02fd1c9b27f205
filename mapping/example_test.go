package mapping_test

import (
	"fmt"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// A name that the tracker does not have is a problem with what is accepted, never a guess.
func ExampleBind() {
	tracker := connectors.Directory{
		Statuses: []connectors.Status{{ID: "1", Name: "New"}, {ID: "2", Name: "In Progress"}},
	}
	written := mapping.Mapping{
		ID: "helpdesk",
		Status: []mapping.StatusRule{
			{Is: enforcer.New, Names: []string{"New"}},
			{Is: enforcer.Working, Names: []string{"In progres"}},
		},
	}
	_, problems := mapping.Bind(written, tracker, mapping.Memory{}, "mappings[0]")
	fmt.Println(problems[0].Path, problems[0].Value)
	fmt.Println(problems[0].Reason)
	// Output:
	// mappings[0].status[1].names[0] In progres
	// the tracker shows no status of this name; did you mean "In Progress" (id 2)?
}
