package connectors

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

// Rights lists every right.
var Rights = []Right{
	ReadIssues, ReadInternal, WriteComment, WriteInternal, TakeBack, SetAssignee, SetPriority,
	AddWatchers, WriteCustomFields, SetStatus, CreateIssues, ReadWork,
}
