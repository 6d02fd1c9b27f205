package jira

import "time"

// fieldsAge is how long the list of fields is believed. A field that it lacks has it read anew.
const fieldsAge = time.Hour

// lag is how long the index behind Cloud's search may trail: minutes, says Atlassian, without a bound. A Data Center's
// index trails by seconds, or until an administrator has mended it.
const lag = 10 * time.Minute

// rightsAge is how long the rights in a project are believed: there may be hundreds of projects, and a pass that writes
// asks.
const rightsAge = 15 * time.Minute

// rolesAge is how long our own roles are believed, which take a request for each role that a project has.
const rolesAge = 24 * time.Hour

// followedAge is how long lists believe which projects there are. Whoever reads names or rights lists them anew.
const followedAge = time.Hour
