package ledger

import (
	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
)

// takes reports why the write cannot carry the entry out beside one with another key.
func (w *Write) takes(e Entry, beside enforcer.StepKey) error {
	switch creates := w.Request.Create != nil; {
	case e.Key.Connection != beside.Connection || e.Key.Issue != beside.Issue:
		return message.New("is of another")
	case creates && (e.Key.Issue != "" || w.Issue != ""):
		return message.New("has an issue, and the write makes one")
	case !creates && (w.Issue == "" || (e.Key.Issue != "" && e.Key.Issue != w.Issue)):
		return message.New("is of another")
	}
	return nil
}

func mark(request connectors.Write) string {
	switch {
	case request.Create != nil:
		return request.Create.Mark
	case request.Comment != nil:
		return request.Comment.Mark
	}
	return ""
}
