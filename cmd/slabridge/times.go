package main

import "time"

// graceToEnd is the grace of a process: with what ending itself takes it is less than 5 s.
const graceToEnd = 4 * time.Second

// asOldAtMost is how old the list of running cycles on the desk may be. To make it, each request that is open is
// evaluated, which takes a second and more where thousands are.
const asOldAtMost = 10 * time.Second

// aheadAtMost is how far a picture shows the future: a deadline further away has no flag.
const aheadAtMost = 45 * 24 * time.Hour

// calendarWarning is how long before the data of a calendar in use ends `check` says so.
const calendarWarning = 60 * 24 * time.Hour

// contractWarning is how long before the last day of a contract `check` says so.
const contractWarning = 60 * 24 * time.Hour

// startWarning is how far off a beginning is told of.
const startWarning = 8 * 24 * time.Hour

// How often a trial looks for a request, and how long it waits for one.
const (
	trialEvery = 5 * time.Second
	trialMost  = 10 * time.Minute
)

// What clients of the listener may take, however slow or many they are: a pass needs sockets too.
const (
	maxConnections = 64 // at the same time; more wait until one closes
	headerTime     = 5 * time.Second
	requestTime    = hookTime // to read a whole request in
	answerTime     = time.Minute
	idleTime       = 30 * time.Second
	maxHeader      = 32 << 10 // bytes
)

// linger is how long a message under way may take when the process is told to end.
const linger = 2 * time.Second

const (
	metricsAge  = 30 * time.Second
	metricsTime = 10 * time.Second // that reading may take
)

// What one webhook, and all at once, may take.
const (
	hookBody    = 1 << 20          // bytes in which issues are looked for, and all that is kept of a body
	maxHookBody = 25 << 20         // bytes that are read at most, to check their signature; Jira Cloud sends no more
	hookTime    = 30 * time.Second // to read a body in
	hooksAtOnce = 8
	hooksKnown  = 512 // deliveries of a connection that are remembered, to know a repeated one
)
