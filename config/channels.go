package config

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"slabridge/config/message"
	"slabridge/enforcer/calendar"
)

// Channel is where staff is told things beside the tracker.
type Channel struct {
	ID       string
	URL      Secret
	Secret   Secret // that a webhook is signed with; empty for other channels
	Internal bool   // only staff can read there
	Language string
	Way      Way
}

// Notify is a rule: what is told, through which channels, and when.
type Notify struct {
	ID         string
	Channels   []string
	Events     []string // none with a digest
	Digest     string   // cron; "" with events
	Anchor     bool     // the digest has the heads of the ledger's chains
	Contracts  []string // nil: all
	Severities []string // nil: all
	Hours      *calendar.Calendar
	Text       string // a template; "" for the usual words
	Path       string // in the admin's file: "notify[0]"
}

// eventKinds are the kinds of events (enforcer/notify), those that a channel which is not internal may have first.
var eventKinds = []string{"warn", "due", "held", "refused", "alarm", "late", "health"}

// publicKinds is how many of them tell nothing that customers may not know.
const publicKinds = 2

type channelReader struct {
	connectionReader
	cfg  *Config
	days daySource
}

func (r channelReader) read(doc *document) {
	seen := newIDs(r.source)
	for i := range doc.Channels {
		d := &doc.Channels[i]
		path := fmt.Sprintf("channels[%d]", i)
		seen.add(path+".id", d.ID)
		r.cfg.Channels = append(r.cfg.Channels, r.channel(path, d))
	}
	seen = newIDs(r.source)
	for i := range doc.Notify {
		d := &doc.Notify[i]
		path := fmt.Sprintf("notify[%d]", i)
		seen.add(path+".id", d.ID)
		r.cfg.Notify = append(r.cfg.Notify, r.rule(path, d))
	}
	for i, c := range r.cfg.Channels {
		used := func(n Notify) bool { return slices.Contains(n.Channels, c.ID) }
		if c.ID != "" && !slices.ContainsFunc(r.cfg.Notify, used) {
			r.warn(fmt.Sprintf("channels[%d]", i), c.ID, "has no rule under notify: nothing goes through it")
		}
	}
}

func (r channelReader) channel(path string, d *channelDoc) Channel {
	c := Channel{ID: d.ID, Internal: d.Internal, Language: d.Language}
	if c.Language == "" {
		c.Language = r.cfg.Language
	}
	if !r.hasFault(path + ".url") {
		c.URL = d.URL.resolve(r.source, path+".url", r.folder)
	}
	if !r.hasFault(path + ".secret") {
		c.Secret = d.Secret.resolve(r.source, path+".secret", r.folder)
	}
	if d.CA != "" {
		c.Way.CA = r.authorities(path+".ca", d.CA)
	}
	if at := path + ".proxy"; d.Proxy != nil && !r.hasFault(at) {
		r.proxy(at, d.Proxy, &c.Way)
	}
	r.checkURL(path, &c, d)
	return c
}

// checkURL looks at what the address is, and shows nothing of it.
func (r channelReader) checkURL(path string, c *Channel, d *channelDoc) {
	address := c.URL.Reveal()
	if address == "" {
		return
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "" {
		r.fault(path+".url", "", "holds no address; write one as https://hooks.example.org/slabridge")
		return
	}
	webhook := u.Scheme == "https" || u.Scheme == "http"
	switch {
	case webhook && u.Host == "":
		r.fault(path+".url", "", "holds no address; write one as https://hooks.example.org/slabridge")
	case webhook && u.Scheme == "http" && !loopback(u.Hostname()):
		r.warn(path+".url", "", "sends messages in plain text; use https")
	}
	switch {
	case webhook && d.Secret == nil:
		r.fault(path+".secret", "", "is missing: webhooks are signed by Standard Webhooks; make one with "+
			"echo whsec_$(openssl rand -base64 32)")
	case u.Scheme == "smtp" && c.Way.Proxy != nil && c.Way.Proxy.Scheme != "socks5":
		r.fault(path+".proxy.url", "", "cannot carry mail; write socks5://proxy.example.org:1080, or leave it out")
	case !webhook && d.Secret != nil:
		r.fault(path+".secret", "", "is for webhooks (https://) alone; this channel has its key in the url")
	}
}

func (r channelReader) rule(path string, d *notifyDoc) Notify {
	n := Notify{
		ID: d.ID, Channels: d.Channels, Events: d.Events, Digest: d.Digest, Contracts: d.Contracts,
		Severities: d.Severities, Text: d.Text, Path: path, Anchor: d.Anchor,
	}
	switch {
	case len(d.Events) > 0 && d.Digest != "":
		r.fault(path, "", "has both events and digest; make two rules of it")
	case len(d.Events) == 0 && d.Digest == "" && !r.hasFault(path):
		r.fault(path, "", "says not what is told; write events: [%s], or digest: \"0 9 * * 1-5\"",
			strings.Join(eventKinds, ", "))
	}
	if d.Digest != "" {
		if reason := cronFault(d.Digest); !reason.IsZero() {
			r.fault(path+".digest", d.Digest, "%s", reason)
		}
		if d.Hours != nil {
			r.fault(path+".hours", "", "is of no use to a digest, which has its own time")
		}
		if d.Text != "" {
			r.fault(path+".text", "", "is for events alone; a digest has its own form")
		}
	}
	if d.Anchor && d.Digest == "" {
		r.fault(path+".anchor", "", "is for a digest alone")
	}
	if d.Hours != nil {
		n.Hours = r.hours(path+".hours", d.Hours)
	}
	r.checkNames(path, &n)
	r.checkInternal(path, &n)
	return n
}

// hours are kept in the rule's own calendar, which names days off only where it wants them.
func (r channelReader) hours(path string, d *calendarDoc) *calendar.Calendar {
	for _, f := range []struct{ name, value string }{{"zone", d.Zone}, {"hours", d.Hours}} {
		if f.value == "" && !r.hasFault(path) {
			r.fault(path+"."+f.name, "", "is missing")
		}
	}
	c := *d
	if c.Days == "" {
		c.Days = noDays
	}
	spec := calendar.Spec{ID: path}
	overlay(r.source, path, &spec, &c, r.days)
	return compile(r.source, path, spec)
}

func (r channelReader) checkNames(path string, n *Notify) {
	var channels, contracts, severities []string
	for _, c := range r.cfg.Channels {
		channels = append(channels, c.ID)
	}
	for _, c := range r.cfg.Contracts {
		contracts = append(contracts, c.ID)
		for _, s := range c.Severities {
			severities = append(severities, s.ID)
		}
	}
	slices.Sort(severities)
	severities = slices.Compact(severities)
	for _, list := range []struct {
		key      string
		given    []string
		what     message.Format
		accepted []string
	}{
		{"channels", n.Channels, "a channel", channels},
		{"contracts", n.Contracts, "a contract", contracts},
		{"severities", n.Severities, "a severity of a contract", severities},
	} {
		if list.key != "channels" && r.hasFault("contracts") {
			continue
		}
		for i, name := range list.given {
			r.oneOf(fmt.Sprintf("%s.%s[%d]", path, list.key, i), name, message.Of(list.what), list.accepted)
		}
	}
}

// checkInternal refuses what would tell customers of slabridge's own affairs.
func (r channelReader) checkInternal(path string, n *Notify) {
	for _, id := range n.Channels {
		c := r.cfg.Channel(id)
		if c == nil || c.Internal {
			continue
		}
		for i, kind := range n.Events {
			if slices.Contains(eventKinds[publicKinds:], kind) {
				r.fault(fmt.Sprintf("%s.events[%d]", path, i), kind, "is internal, and channel %s is not marked so: write "+
					"internal: true there if only staff can read it; without, accepted: %s", id,
					commas(eventKinds[:publicKinds]))
			}
		}
	}
}
