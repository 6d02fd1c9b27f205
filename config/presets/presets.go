// Package presets carries the data that the program ships with: the days off
// of countries, as YAML that an admin can copy and change. It only embeds
// files; package config reads them.
package presets

import "embed"

// Files holds calendars/CC.yaml, CC being a country's two letters in lower
// case.
//
//go:embed calendars
var Files embed.FS
