package connectors

import "slabridge/config/message"

// Right is something slabridge's account must be allowed to do. Capabilities.Permissions gives the tracker's own
// names for each.
type Right string

// The rights, in the order in which they are asked for.
const (
	ReadIssues        Right = "read issues"
	ReadInternal      Right = "read internal comments"
	WriteComment      Right = "comment"
	WriteInternal     Right = "comment internally"
	TakeBack          Right = "take back comments"
	SetAssignee       Right = "assign"
	SetPriority       Right = "change priority"
	AddWatchers       Right = "add watchers"
	WriteCustomFields Right = "edit fields"
	SetStatus         Right = "change status"
	CreateIssues      Right = "create issues"
	ReadWork          Right = "read booked time"
)

// rightWords are the rights as people read them.
var rightWords = map[Right]message.Format{
	ReadIssues: "read issues", ReadInternal: "read internal comments", WriteComment: "comment",
	WriteInternal: "comment internally", TakeBack: "take back comments", SetAssignee: "assign",
	SetPriority: "change priority", AddWatchers: "add watchers", WriteCustomFields: "edit fields",
	SetStatus: "change status", CreateIssues: "create issues", ReadWork: "read booked time",
}

// In gives the right in a language.
func (r Right) In(lang string) string { return message.Say(lang, rightWords[r]) }

// Rights lists every right.
var Rights = []Right{
	ReadIssues, ReadInternal, WriteComment, WriteInternal, TakeBack, SetAssignee, SetPriority,
	AddWatchers, WriteCustomFields, SetStatus, CreateIssues, ReadWork,
}
