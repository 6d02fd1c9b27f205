package config

import (
	"cmp"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/viper"
)

// setting is one value of the service that the environment may override.
type setting struct {
	key   string // in the file, and upper-case with SLABRIDGE_ in front in the environment
	value string // what the file says, "" for nothing
	usual string // the default
}

// variable is the setting's name in the environment: limits.clock_skew is SLABRIDGE_LIMITS_CLOCK_SKEW.
func (s setting) variable() string {
	return "SLABRIDGE_" + strings.ToUpper(strings.ReplaceAll(s.key, ".", "_"))
}

func (l *loader) settings() []setting {
	d := &l.doc
	writes, skew, late := "", "", ""
	if d.Limits.WritesPerPass != nil {
		writes = strconv.Itoa(*d.Limits.WritesPerPass)
	}
	if d.Limits.ClockSkew != nil && d.Limits.ClockSkew.Duration != 0 {
		skew = d.Limits.ClockSkew.String()
	}
	if d.Limits.LateAfter != nil && d.Limits.LateAfter.Duration != 0 {
		late = d.Limits.LateAfter.String()
	}
	return []setting{
		{"state", d.State, "slabridge.db"},
		{"language", d.Language, "ru"},
		{"listen", d.Listen, "127.0.0.1:8427"},
		{"log.level", d.Log.Level, "info"},
		{"log.format", d.Log.Format, "text"},
		{"limits.writes_per_pass", writes, "20"},
		{"limits.clock_skew", skew, "2m"},
		{"limits.late_after", late, "10m"},
	}
}

// service reads the settings of the service: environment before file before default. Viper merges texts under
// names of ours only; each value is then held to its own form.
func (l *loader) service() {
	v := viper.New()
	for _, s := range l.settings() {
		v.SetDefault(s.key, cmp.Or(s.value, s.usual))
		if err := v.BindEnv(s.key, s.variable()); err != nil {
			panic(err) // only for a call without a key
		}
	}
	for _, s := range l.settings() {
		l.set(s, v.GetString(s.key))
	}
	if os.Getenv("SLABRIDGE_STATE") == "" {
		l.cfg.State = beside(l.folder, l.cfg.State)
	}
}

func (l *loader) set(s setting, value string) {
	c := l.cfg
	switch s.key {
	case "state":
		c.State = value
	case "language":
		c.Language = l.oneOf(s, value, vocabulary["languages"])
	case "listen":
		c.Listen = l.address(s, value)
	case "log.level":
		c.Log.Level = l.oneOf(s, value, vocabulary["levels"])
	case "log.format":
		c.Log.Format = l.oneOf(s, value, vocabulary["formats"])
	case "limits.writes_per_pass":
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 {
			l.refuse(s, value, "is not a number of writes; write 1 or more")
		}
		c.Limits.WritesPerPass = n
	case "limits.clock_skew":
		c.Limits.ClockSkew = l.span(s, value)
	case "limits.late_after":
		c.Limits.LateAfter = l.span(s, value)
	}
}

func (l *loader) span(s setting, value string) time.Duration {
	d, err := time.ParseDuration(value)
	if err != nil || d <= 0 {
		l.refuse(s, value, "is not a length of time; write 30s, 2m or 1h")
	}
	return d
}

func (l *loader) oneOf(s setting, value string, accepted []string) string {
	if !slices.Contains(accepted, value) {
		l.refuse(s, value, fmt.Sprintf("is not known here; accepted: %s", strings.Join(accepted, ", ")))
	}
	return value
}

// address reads host:port. A bare :port would listen everywhere, so it has to be said.
func (l *loader) address(s setting, value string) string {
	if value == "off" {
		return ""
	}
	host, port, err := net.SplitHostPort(value)
	n, numErr := strconv.Atoi(port)
	if err != nil || host == "" || numErr != nil || n < 0 || n > 65535 {
		l.refuse(s, value, "is not an address; write 127.0.0.1:8427, 0.0.0.0:8427 to listen everywhere, or off")
	}
	return value
}

// refuse puts the fault where the value came from.
func (l *loader) refuse(s setting, value, reason string) {
	if os.Getenv(s.variable()) == "" {
		if !l.spoilt(s.key) {
			l.fault(s.key, value, "%s", reason)
		}
		return
	}
	l.elsewhere = append(l.elsewhere, Fault{Level: Error, File: "environment", Path: s.variable(), Value: value, Reason: reason})
}
