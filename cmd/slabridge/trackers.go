package main

import (
	"slabridge/connectors"
	"slabridge/connectors/jira"
	"slabridge/connectors/redmine"
)

// trackers are the kinds of tracker that the program knows. A further one has its package under connectors, and a line
// here.
var trackers = []connectors.Kind{
	redmine.Kind,
	jira.Kind,
}
