// Package jirasim is a stand-in for Jira's REST API: an http.Handler over an in-memory tracker that speaks as Jira
// Cloud or as Jira Data Center does, with or without Service Management.
//
// What it promises. It is made of what Atlassian documents and of what others recorded and reported; no live Jira stood
// beside it. Above all it reproduces the traps: Cloud's search that gives ids alone unless told otherwise, goes by
// tokens, has no total and is stale by up to Options.Lag; the search of old that is gone there; changelogs that are cut
// at forty within other answers; Data Center's clamp on pages, its users by name and key and its items without fieldId;
// times in the zone of whoever asks; nulls everywhere; an issue out of sight that looks deleted; keys that a body may
// not have; a service desk's internal comments, which a property makes so and a dropped property makes public.
//
// What it never does. It never guesses: a path, a parameter or a clause of JQL that it does not model gets 501 and an
// error that names it, so a test cannot pass on an invention. It uses no network by itself, writes no file and takes
// the time from the clock that was handed in, so it runs inside a testing/synctest bubble.
//
// Vocabulary. A Server holds one world, built by NewLab or NewDesk, with the people, statuses and fields of the Redmine
// of the same name. A Person, got by Server.As, acts in it as somebody at the web pages would; methods of Server itself
// obey nobody. A call is one request: its methods are the handlers, a file for each part of the API.
package jirasim
