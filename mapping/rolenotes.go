package mapping

import (
	"slabridge/config/message"
	"slabridge/enforcer"
)

// roleNote is what a step notes of a role: a sentence for each, as notes are kept in English, and a language may
// decline the role's name.
type roleNote map[enforcer.Role]message.Format

var (
	alreadyOf = roleNote{
		enforcer.Support:    "assignee %q is already of support or higher",
		enforcer.Developers: "assignee %q is already of developers or higher",
		enforcer.Management: "assignee %q is already of management or higher",
	}
	alreadyAssigned = roleNote{
		enforcer.Support:    "assignee %q is already who would be assigned for support",
		enforcer.Developers: "assignee %q is already who would be assigned for developers",
		enforcer.Management: "assignee %q is already who would be assigned for management",
	}
	nobodyAssignable = roleNote{
		enforcer.Support:    "nobody who is named for support can be assigned",
		enforcer.Developers: "nobody who is named for developers can be assigned",
		enforcer.Management: "nobody who is named for management can be assigned",
	}
	noActiveLead = roleNote{
		enforcer.Support:    "no active lead for support in this project",
		enforcer.Developers: "no active lead for developers in this project",
		enforcer.Management: "no active lead for management in this project",
	}
	nobodyOnDuty = roleNote{
		enforcer.Support:    "nobody on duty for support can be assigned in this project: the lead is taken",
		enforcer.Developers: "nobody on duty for developers can be assigned in this project: the lead is taken",
		enforcer.Management: "nobody on duty for management can be assigned in this project: the lead is taken",
	}
	nobodyActive = roleNote{
		enforcer.Support:    "nobody active is named for support",
		enforcer.Developers: "nobody active is named for developers",
		enforcer.Management: "nobody active is named for management",
	}
)
