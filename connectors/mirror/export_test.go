package mirror

// IdleQueries are what an idle pass and a look-up ask; none may walk over the whole mirror.
var IdleQueries = []string{
	selectCursor, selectNewest, selectAtLeast, selectMark, selectWants, selectIssue, selectEvents, selectByKey,
	selectEntries,
	selectWorkCursor, selectWork, selectWorkOf, selectWorkVersions,
}
