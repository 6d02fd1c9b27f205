package connectors

import "encoding/json"

// Message is what a Write sends through a channel instead of to a tracker. It is sent at least once, and bears the same
// ID each time.
type Message struct {
	ID      string
	Subject string          // one line
	Text    string          // plain; a line that begins with https:// or http:// is an address that we made
	HTML    string          `json:",omitempty"` // a whole document, for mail
	Data    json.RawMessage // the same for programs
}
