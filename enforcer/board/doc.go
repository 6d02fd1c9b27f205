// Package board serves what slabridge knows as pages for staff and as data under /api/v1, read only.
//
// Whoever makes a Board hands in Answers: functions that read the state and give values in the reader's language. The
// package turns them into pages (html/template, one file of style, one of script, both its own) and into JSON. It
// changes nothing, keeps nothing between two requests, sets no cookie and asks nobody for anything: every page works
// without script, and its policy lets a browser load nothing from elsewhere.
//
// The picture of a request (picture.go) lies on an axis of working time (axis.go), on which twenty minutes of a
// promise are seen beside a holiday. All that it shows stands in words below it, too, and each of its parts leads
// there.
package board
