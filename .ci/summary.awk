# Reads `go test -v`. A package that passed is one line, one that failed is shown with all its tests said. In the end
# comes what was skipped for want of something that the tree does not hold: the reason of such a skip is in capitals.
/^ *=== / || /^ *--- PASS: / { next }

/^ *--- SKIP: / && reason != "" { waiting[++waits] = $3 ": " reason }
{ reason = "" }
/_test\.go:[0-9]+: (SKIPPED|[A-Z]+ [A-Z])/ { reason = $0; sub(/^.*_test\.go:[0-9]+: (SKIPPED: )?/, "", reason) }

/^(ok|FAIL|\?) *\t/ {
  printf "%s%s\n", $1 == "FAIL" ? held : "", $0
  for (i = 1; i <= waits; i++) skipped[++skips] = $2 " " waiting[i]
  held = ""; waits = 0
  next
}
{ held = held $0 "\n" }

END {
  printf "%s", held
  if (skips) print "SKIPPED, FOR WANT OF WHAT THE TREE DOES NOT HOLD:"
  for (i = 1; i <= skips; i++) print "  " skipped[i]
}
