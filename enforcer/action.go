package enforcer

import (
	"slices"

	"slabridge/config/message"
)

// Actions are what a step does beside its comment, and what a decision asks of the tracker. What each means is said in
// its row of ActionSpecs.
type Actions struct {
	Assign   Role   `json:"assign,omitempty"`   // to the lead of this role
	Duty     bool   `json:"duty,omitempty"`     // Assign goes to who is on duty for the role, not to its lead
	Priority string `json:"priority,omitempty"` // PriorityUp or PriorityTop
	Watch    Role   `json:"watch,omitempty"`    // everyone named for this role becomes a watcher
	Action   string `json:"action,omitempty"`   // ActionCreate, ActionClose or ActionReopen
}

// What a step may do to an issue as a whole.
const (
	ActionCreate = "create"
	ActionClose  = "close"
	ActionReopen = "reopen"
)

// What a step may do to the priority.
const (
	PriorityUp  = "up"
	PriorityTop = "top"
)

// assignDuty stands for who is on duty in support.
const assignDuty = "duty"

// ActionSpec is everything that the rules know of one action: how it is written, what it asks for and how people are
// told of it. A new action is a new row, with a member of Actions. What it is to a tracker is said in package
// mapping.
type ActionSpec struct {
	ID      string
	Key     string   // its key in a step of a contract file
	Accepts []string // the values that may stand there
	Help    string   // of the key, for whoever writes a contract
	Ours    bool     // it may go beyond the contract's text: it may stand under `ours`, and be switched off

	Get func(a *Actions) string        // the value; "" where it is not among the actions
	Set func(a *Actions, value string) // "" takes it out
	// Class is the class of the status that it gives the request; "" for none.
	Class StatusClass

	text func(a *Actions) Text
	once bool // only the first of consecutive broken cycles takes it
	// covers reports whether making other actions leaves nothing of this one undone; nil: nothing does.
	covers func(made, this *Actions) bool
}

// ActionSpecs lists the actions, in the order in which people are told of them.
var ActionSpecs = []ActionSpec{
	{
		ID: "assign", Key: "assign", Ours: true, once: true,
		Accepts: []string{string(Support), string(Developers), string(Management), assignDuty},
		Help:    "Assign to the lead of support, developers or management, or to who is on duty.",
		Get: func(a *Actions) string {
			if a.Duty {
				return assignDuty
			}
			return string(a.Assign)
		},
		Set: func(a *Actions, value string) { a.Assign, a.Duty = Assignee(value) },
		text: func(a *Actions) Text {
			if a.Duty {
				return say("assign the duty person of support")
			}
			return say(assigns[a.Assign])
		},
		covers: func(made, this *Actions) bool { return made.Assign.Rank() >= this.Assign.Rank() },
	},
	{
		ID: "priority", Key: "priority", Ours: true, once: true,
		Accepts: []string{PriorityUp, PriorityTop},
		Help:    "Priority goes up by one, or to the top.",
		Get:     func(a *Actions) string { return a.Priority },
		Set:     func(a *Actions, value string) { a.Priority = value },
		text: func(a *Actions) Text {
			if a.Priority == PriorityTop {
				return say("priority top")
			}
			return say("priority up")
		},
		covers: func(made, this *Actions) bool {
			return made.Priority == this.Priority || made.Priority == PriorityTop
		},
	},
	{
		ID: "watch", Key: "watch", Ours: true,
		Accepts: []string{string(Support), string(Developers), string(Management)},
		Help:    "Watch makes everyone of the role a watcher.",
		Get:     func(a *Actions) string { return string(a.Watch) },
		Set:     func(a *Actions, value string) { a.Watch = Role(value) },
		text:    func(a *Actions) Text { return say(adds[a.Watch]) },
		covers:  func(made, this *Actions) bool { return made.Watch == this.Watch },
	},
	wholeIssue(ActionCreate, "", "creates the issue"), // of a contract's duty
	wholeIssue(ActionClose, Closed, "closes the request"),
	wholeIssue(ActionReopen, Working, "reopens the request"),
}

// Whole sentences, because a role's name changes its form in them.
var (
	assigns = map[Role]message.Format{
		Support: "assign the lead of support", Developers: "assign the lead of developers",
		Management: "assign the lead of management",
	}
	adds = map[Role]message.Format{
		Support: "add watchers: support", Developers: "add watchers: developers", Management: "add watchers: management",
	}
)

// wholeIssue is an action on the issue as a whole, of which there is one in a step. Nothing else makes it needless.
func wholeIssue(id string, class StatusClass, sentence message.Format) ActionSpec {
	return ActionSpec{
		ID: id, Key: "action", Accepts: []string{id}, Class: class,
		Help: "Action on the issue as a whole: create, close or reopen.",
		Get: func(a *Actions) string {
			if a.Action == id {
				return id
			}
			return ""
		},
		Set:  func(a *Actions, value string) { a.Action = value },
		text: func(*Actions) Text { return say(sentence) },
	}
}

// Assignee reads who is assigned: the lead of a role, or who is on duty.
func Assignee(value string) (role Role, duty bool) {
	if value == assignDuty {
		return Support, true
	}
	return Role(value), false
}

// ActionKeys lists the keys of actions in a contract file; of all, or of those that may go beyond its text.
func ActionKeys(ours bool) []string {
	var keys []string
	for _, spec := range ActionSpecs {
		if (spec.Ours || !ours) && !slices.Contains(keys, spec.Key) {
			keys = append(keys, spec.Key)
		}
	}
	return keys
}

// ActionsOf lists the actions that are written with the key.
func ActionsOf(key string) []*ActionSpec {
	return actionsThat(func(spec *ActionSpec) bool { return spec.Key == key })
}

// Each lists what is among the actions.
func (a *Actions) Each() []*ActionSpec {
	return actionsThat(func(spec *ActionSpec) bool { return spec.Get(a) != "" })
}

func actionsThat(wanted func(*ActionSpec) bool) []*ActionSpec {
	var out []*ActionSpec
	for i := range ActionSpecs {
		if spec := &ActionSpecs[i]; wanted(spec) {
			out = append(out, spec)
		}
	}
	return out
}

// Class is the class of the status that the actions give the request; "" for none.
func (a *Actions) Class() StatusClass {
	for _, spec := range a.Each() {
		if spec.Class != "" {
			return spec.Class
		}
	}
	return ""
}

// Asked gives what a step asks for of its actions; again in a cycle that follows broken ones.
func (a Actions) Asked(again bool) Actions {
	for _, spec := range a.Each() {
		if spec.once && again {
			spec.Set(&a, "")
		}
	}
	return a
}

// Cover reports whether making these actions leaves nothing of the others undone.
func (a *Actions) Cover(others *Actions) bool {
	return !slices.ContainsFunc(others.Each(), func(spec *ActionSpec) bool {
		return spec.covers == nil || !spec.covers(a, others)
	})
}

// Texts says what the actions do, in few words each.
func (a *Actions) Texts() []Text {
	var out []Text
	for _, spec := range a.Each() {
		out = append(out, spec.text(a))
	}
	return out
}
