package config

import (
	"time"

	"slabridge/enforcer"

	"go.yaml.in/yaml/v4"
)

// document is slabridge.yaml as the operator writes it. Its comments become the descriptions of the JSON Schema.
type document struct {
	// State is the SQLite file with the mirror and the ledger; a relative path begins beside this file. Default
	// slabridge.db. Environment: SLABRIDGE_STATE.
	State string `yaml:"state"`
	// Language of the comments, ru or en; a contract may have its own. Default ru. Environment: SLABRIDGE_LANGUAGE.
	Language string `yaml:"language" check:"of=languages"`
	// Listen is the address of the pages, health, metrics and webhooks. Default 127.0.0.1:8427; "off" opens none.
	// Environment: SLABRIDGE_LISTEN. An address that other machines reach needs passwords or a proxy, see `web`.
	Listen string `yaml:"listen"`
	// Web says who may ask at `listen`, and for what. Default: this machine alone, for everything.
	Web webDoc `yaml:"web"`
	// Log says how much is logged, and in which form.
	Log logDoc `yaml:"log"`
	// Limits stop slabridge before it does damage.
	Limits limitsDoc `yaml:"limits"`
	// Connections are the trackers.
	Connections []connectionDoc `yaml:"connections" check:"required"`
	// Mappings say what the tracker's words mean to a contract.
	Mappings []mappingDoc `yaml:"mappings" check:"required"`
	// Calendars are days off of your own; the id of a country takes its built-in calendar's place.
	Calendars []daysDoc `yaml:"calendars"`
	// Contracts say which promises hold for which projects.
	Contracts []useDoc `yaml:"contracts" check:"required"`
	// Texts replace comment texts one by one.
	Texts []textDoc `yaml:"texts"`
	// Channels are where staff is told things beside the tracker: a webhook, a chat, mail.
	Channels []channelDoc `yaml:"channels"`
	// Notify says what is told through which channels, and when.
	Notify []notifyDoc `yaml:"notify"`
}

// webDoc is who may ask.
type webDoc struct {
	// Config is a file beside this one in the form of Prometheus's web configuration: certificate, passwords. Webhooks and
	// health ask for no password. Default: none.
	Config string `yaml:"config"`
	// Hosts are names under which the pages are asked for, beside addresses and localhost: [sla.example.org].
	Hosts names `yaml:"hosts"`
	// Proxy that asks who people are, and says so. Default: none is believed.
	Proxy *webProxyDoc `yaml:"proxy"`
	// Readers limit who sees which contracts; who is named in no entry then sees none. Default: everybody sees all.
	Readers []readerDoc `yaml:"readers"`
}

type webProxyDoc struct {
	// From are the addresses or networks of the proxy: [10.0.0.5]. The header of anybody else is not looked at.
	From names `yaml:"from" check:"required"`
	// UserHeader is in which the proxy says who asks. Default X-Forwarded-User.
	UserHeader string `yaml:"user_header"`
}

type readerDoc struct {
	// Users by the name that they give with their password, or that the proxy says.
	Users names `yaml:"users" check:"required"`
	// Contracts that they see, by id; "*": everything, the metrics included.
	Contracts names `yaml:"contracts" check:"required"`
}

type logDoc struct {
	// Level is debug, info, warn or error. Default info. Environment: SLABRIDGE_LOG_LEVEL.
	Level string `yaml:"level" check:"of=levels"`
	// Format is text or json. Default text. Environment: SLABRIDGE_LOG_FORMAT.
	Format string `yaml:"format" check:"of=formats"`
}

type limitsDoc struct {
	// WritesPerPass: more writes than this in one pass are held for a human. Default 20. Environment:
	// SLABRIDGE_LIMITS_WRITES_PER_PASS.
	WritesPerPass *int `yaml:"writes_per_pass"`
	// ClockSkew against the tracker above this holds all writes. Default 2m. Environment: SLABRIDGE_LIMITS_CLOCK_SKEW.
	ClockSkew *time.Duration `yaml:"clock_skew"`
	// LateAfter: slabridge itself is late when what is due has not been done for longer than this. Default 10m.
	// Environment: SLABRIDGE_LIMITS_LATE_AFTER.
	LateAfter *time.Duration `yaml:"late_after"`
}

type connectionDoc struct {
	// ID is your name for the tracker; the ledger keeps it.
	ID string `yaml:"id" check:"required"`
	// Kind is redmine or jira.
	Kind string `yaml:"kind" check:"required;of=trackers"`
	// URL of the tracker, without name, password or key in it.
	URL string `yaml:"url" check:"required"`
	// Auth is the account of slabridge: secrets are ${NAME} of the environment, or {file: PATH}.
	Auth authDoc `yaml:"auth" check:"required;secret"`
	// Poll is how often to look for changes: cron with an optional zone, or "@every 1m", the default.
	Poll string `yaml:"poll"`
	// RatePerSecond is the most requests a second, on average. Default: no limit but concurrency.
	RatePerSecond *float64 `yaml:"rate_per_second"`
	// Concurrency is the most requests at the same time. Default 4.
	Concurrency *int `yaml:"concurrency"`
	// Timeout of one request, 2m at most. Default 30s.
	Timeout *time.Duration `yaml:"timeout"`
	// WatchIssue is the number of an issue on which an internal note says that slabridge itself is late, and when it is no
	// longer. Default: none.
	WatchIssue string `yaml:"watch_issue"`
	// Projects that are followed beside those of the contracts, by key, id or name; ["*"]: every one that the account
	// sees. Default: those of the contracts alone.
	Projects []string `yaml:"projects"`
	// Query narrows what is followed by a condition in JQL. Jira only. Default: none.
	Query string `yaml:"query"`
	// Webhook opens /webhooks/ID on the address of `listen`, at which the tracker may tell of changes at once. Default:
	// none is open.
	Webhook *webhookDoc `yaml:"webhook" check:"secret"`
	// CA is a file with the certificates (PEM) of authorities that are trusted here beside the system's.
	CA string `yaml:"ca" check:"secret"`
	// ClientCertificate is shown to a tracker, or to what stands before it, that asks for one.
	ClientCertificate *certificateDoc `yaml:"client_certificate" check:"secret"`
	// Proxy through which the tracker is reached. Default: what HTTPS_PROXY, HTTP_PROXY and NO_PROXY of the environment
	// say.
	Proxy *proxyDoc `yaml:"proxy" check:"secret"`
}

type certificateDoc struct {
	// Cert is a file with the certificate (PEM), and those between it and its authority.
	Cert string `yaml:"cert" check:"required"`
	// Key is a file with its private key (PEM), which only slabridge may read.
	Key string `yaml:"key" check:"required"`
}

type proxyDoc struct {
	// URL of the proxy: http, https or socks5, without name and password.
	URL string `yaml:"url" check:"required"`
	// User at the proxy, where it asks for one.
	User string `yaml:"user"`
	// Password of that user: ${NAME} of the environment, or {file: PATH}.
	Password *secretDoc `yaml:"password"`
}

type webhookDoc struct {
	// Secret that the tracker signs its webhooks with, or shows: ${NAME} of the environment, or {file: PATH}.
	Secret *secretDoc `yaml:"secret" check:"required"`
}

type authDoc struct {
	// APIKey of a Redmine account.
	APIKey *secretDoc `yaml:"api_key"`
	// User of a Jira Cloud account, an e-mail address.
	User string `yaml:"user"`
	// Token of that Jira account.
	Token *secretDoc `yaml:"token"`
	// PAT is a personal access token of Jira Data Center.
	PAT *secretDoc `yaml:"pat"`
	// File holds the one secret that is left out above: Redmine's key, the token of the user, or else the PAT.
	File string `yaml:"file"`
}

// secretDoc is ${NAME} or {file: PATH}.
type secretDoc struct{ env, file string }

func (s *secretDoc) readNode(d decoder, n *yaml.Node, path, _ string) {
	if n.Kind == yaml.ScalarNode {
		ref := envReference.FindStringSubmatch(n.Value)
		if ref == nil {
			d.fault(path, "", "is a plain secret, or no reference; write ${NAME} for a variable of the environment (capitals), "+
				"or {file: PATH}")
			return
		}
		s.env = ref[1]
		return
	}
	var f struct {
		File string `yaml:"file" check:"required"`
	}
	d.readStruct(n, settable(&f), path, "secret")
	s.file = f.File
}

type mappingDoc struct {
	// ID is your name for the mapping.
	ID string `yaml:"id" check:"required"`
	// Connection whose words these are.
	Connection string `yaml:"connection" check:"required"`
	// Severity of a request: the first entry whose `when` is true.
	Severity []severityRuleDoc `yaml:"severity" check:"required"`
	// Status classes by the names of the tracker's statuses, or by Jira's categories of them; every status should be in
	// one.
	Status []statusRuleDoc `yaml:"status" check:"required"`
	// Roles of people.
	Roles []roleRuleDoc `yaml:"roles" check:"required"`
	// Priorities by name, lowest first. Default: the tracker's own order.
	Priorities []string `yaml:"priorities"`
	// Fields that hold what a contract asks for.
	Fields []fieldRuleDoc `yaml:"fields"`
	// Activities are the kinds of work, on which time is booked, that a contract speaks of.
	Activities []activityRuleDoc `yaml:"activities"`
	// Transitions are the values of fields that a change of status asks for.
	Transitions []transitionRuleDoc `yaml:"transitions"`
	// Internal says how this tracker keeps a comment from customers.
	Internal *internalDoc `yaml:"internal"`
	// AutoReply lists regular expressions; a note that one of them matches was written by a machine.
	AutoReply []string `yaml:"auto_reply"`
	// OnBehalf is how a staff note begins that gives the customer's words.
	OnBehalf string `yaml:"on_behalf"`
	// DuplicateRelations are the relation types of a closed issue that make it a duplicate.
	DuplicateRelations names `yaml:"duplicate_relations"`
	// ClosedComments: whether customers can comment on a closed request; a closing comment says so only then. Default: as
	// the tracker is known to be, Redmine true, Jira false.
	ClosedComments *bool `yaml:"closed_comments"`
}

type severityRuleDoc struct {
	// Is the contract's severity.
	Is string `yaml:"is" check:"required"`
	// When it is; left out, always.
	When *whenDoc `yaml:"when"`
}

// whenDoc is a condition in the tracker's words: every part given must be true, each by any of its names.
type whenDoc struct {
	// Field is a custom field (or Jira's labels and the like), by name or id; with `in`, one of those values; else filled
	// at all.
	Field string `yaml:"field"`
	// In lists the values of the field.
	In names `yaml:"in"`
	// Tracker: Redmine's trackers, Jira's issue and request types.
	Tracker names `yaml:"tracker"`
	// Category of the issue.
	Category names `yaml:"category"`
	// Priority of the issue.
	Priority names `yaml:"priority"`
	// AuthorRole is the role of the issue's author.
	AuthorRole listOf[enforcer.Role] `yaml:"author_role" check:"of=roles"`
	// Matches is a pattern (RE2) that the text of the field fits somewhere: "(?i)vip". Only with field.
	Matches string `yaml:"matches"`
	// Any of these conditions must be true too.
	Any []whenDoc `yaml:"any"`
	// Not is a condition that must not be true.
	Not *whenDoc `yaml:"not"`
}

type statusRuleDoc struct {
	// Is the class: new, working, waiting-customer, waiting-third-party, resolved or closed.
	Is string `yaml:"is" check:"required;of=classes"`
	// Names of the tracker's statuses.
	Names names `yaml:"names"`
	// Categories into which Jira itself sorts statuses: new, indeterminate, done. They count for statuses that no entry
	// names.
	Categories names `yaml:"categories" check:"of=categories"`
}

type transitionRuleDoc struct {
	// To is the status, by name or id, that a step of slabridge's sets.
	To string `yaml:"to" check:"required"`
	// Fields that go with it, by name or id, with the value of each: {resolution: Done}.
	Fields valuesDoc `yaml:"fields" check:"required"`
}

type roleRuleDoc struct {
	// Is the role: support, developers, management, customer or bot.
	Is string `yaml:"is" check:"required;of=roles"`
	// ProjectRoles whose members have the role.
	ProjectRoles names `yaml:"project_roles"`
	// Users by id, login or full name.
	Users names `yaml:"users"`
	// Groups by name.
	Groups names `yaml:"groups"`
	// EveryoneElse gives the role to whoever has no other; the last resort, for customers only.
	EveryoneElse bool `yaml:"everyone_else"`
	// Lead is who is assigned when the role is called in: the first who is active and assignable.
	Lead names `yaml:"lead"`
	// Duty is who is on duty, in the same way.
	Duty names `yaml:"duty"`
}

// fieldRuleDoc has exactly one of field, attachment and attribute.
type fieldRuleDoc struct {
	// Is what is held: received, agreed, agreed-due, hold, sla-due and the like, or an item of a complete request.
	Is string `yaml:"is" check:"required"`
	// Field is the custom field's name or id; of Jira also labels, resolution, fixVersions or environment.
	Field string `yaml:"field"`
	// Attachment lists names of files that hold it, * for any characters and ? for one: "*cause*.pdf". Case does not
	// matter.
	Attachment names `yaml:"attachment"`
	// Attribute is what every issue has and may hold it: description.
	Attribute string `yaml:"attribute" check:"of=attributes"`
	// In lists the values of the field that count; left out, any.
	In names `yaml:"in"`
	// Tracker names the trackers (in Jira issue types or request types) that have the field: requests of others may lack
	// it. Left out, all have it.
	Tracker names `yaml:"tracker"`
	// AtLeast is how many characters the attribute must have to count. Default 1.
	AtLeast *int `yaml:"at_least"`
	// Plan of the contract that covers the work; only for needs-plan.
	Plan string `yaml:"plan"`
	// Write lets slabridge keep the field; only sla-due and sla-state.
	Write bool `yaml:"write"`
}

type activityRuleDoc struct {
	// Is the kind of work a contract speaks of: phone-consultation.
	Is string `yaml:"is" check:"required;of=activities"`
	// Names of the tracker's activities, or their ids.
	Names names `yaml:"names" check:"required"`
}

type internalDoc struct {
	// Kind is private-note (Redmine), jsm-internal, role:NAME or group:NAME (Jira).
	Kind string `yaml:"kind" check:"required"`
}

type daysDoc struct {
	// ID is a country's two letters, or a name for `days` of a contract's calendar.
	ID string `yaml:"id" check:"required"`
	// File beside this one. With `extends: KZ` in it, it lies over the built-in calendar; else it replaces it.
	File string `yaml:"file" check:"required"`
}
