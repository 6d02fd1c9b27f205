// Package presets carries the data that the program ships with: the days off
// of countries and the contracts, as YAML that an admin can copy and change.
// It only embeds files; package config reads them.
package presets

import "embed"

// Files holds calendars/CC.yaml, CC being a country's two letters in lower
// case, and contracts/ID.yaml.
//
//go:embed calendars contracts
var Files embed.FS
