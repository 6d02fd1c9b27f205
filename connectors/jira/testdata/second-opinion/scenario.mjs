// Drives a jirasim server, whose address and accounts come in the environment, with jira.js: a client that its makers test
// against a real site every night. Each answer is held against its schemas, and a mismatch ends the run. What the answers
// mean is asserted besides.
//
// jira.js speaks version 3 of the API and jirasim version 2. They differ in rich text alone, which is a document in the one
// and a text in the other: the bridge below turns one into the other and touches nothing else.
import assert from 'node:assert/strict';
import { createClient } from 'jira.js/core';
import { createCloudClient, createServiceDeskClient, isForbiddenError, isNotFoundError, isRateLimitError } from 'jira.js';

const { SIM_URL: host, SIM_EMAIL: email, SIM_TOKEN: apiToken, SIM_CUSTOMER_EMAIL, SIM_CUSTOMER_TOKEN, SIM_SUPPORT: support } = process.env;

const isRich = (key, parent) => key === 'body' || (parent === 'fields' && (key === 'description' || key === 'environment'));
const toDocument = text => ({ type: 'doc', version: 1, content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] });
const toText = node => node.text ?? (node.content ?? []).map(toText).join('');

function translate(value, key, parent) {
  if (typeof value === 'string') return isRich(key, parent) ? toDocument(value) : value;
  if (Array.isArray(value)) return value.map(v => translate(v));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, translate(v, k, key)]));
}

const operations = new Map();
const straight = globalThis.fetch;
globalThis.fetch = async (url, init = {}) => {
  const version3 = url.includes('/rest/api/3/');
  if (version3 && typeof init.body === 'string') {
    init = { ...init, body: JSON.stringify(JSON.parse(init.body, (key, v) => (v?.type === 'doc' ? toText(v) : v))) };
  }
  const response = await straight(url.replace('/rest/api/3/', '/rest/api/2/'), init);
  const text = await response.text();
  const what = `${init.method ?? 'GET'} ${new URL(url).pathname.replace(/\/(\d{2,}|[A-Z]+-\d+)(?=\/|$)/g, '/*')}`;
  operations.set(what, (operations.get(what) ?? 0) + 1);
  const body = version3 && text !== '' ? JSON.stringify(translate(JSON.parse(text))) : text;
  return new Response(response.status === 204 ? null : body, { status: response.status, headers: response.headers });
};

const client = (email, apiToken) => createClient({ host, auth: { type: 'basic', email, apiToken }, onSchemaMismatch: 'throw' });
const bot = client(email, apiToken);
const jira = createCloudClient(bot);
const desk = createServiceDeskClient(bot);
const customer = createServiceDeskClient(client(SIM_CUSTOMER_EMAIL, SIM_CUSTOMER_TOKEN));

// Who we are and what there is.
assert.equal((await jira.serverInfo.getServerInfo()).deploymentType, 'Cloud');
const me = await jira.myself.getCurrentUser();
assert.match(me.timeZone, /^Etc\/GMT/);
assert.equal((await jira.users.getUser({ accountId: me.accountId })).displayName, me.displayName);
const projects = await jira.projects.searchProjects({ orderBy: 'key' });
const acme = projects.values.find(p => p.key === 'ACME');
assert.equal(projects.isLast, true);
const rights = await jira.permissions.getMyPermissions({ projectId: acme.id, permissions: 'ADD_COMMENTS,MOVE_ISSUES' });
assert.deepEqual(Object.values(rights.permissions).map(p => p.havePermission), [true, false]);
const fields = await jira.issueFields.getFields();
const severity = fields.find(f => f.name === 'Severity');
assert.ok((await jira.workflowStatuses.getStatuses()).some(s => s.name === 'Frozen'));
assert.equal((await jira.projects.getAllStatuses({ projectIdOrKey: 'ACME' })).length, 3);
const roles = await jira.projectRoles.getProjectRoles({ projectIdOrKey: 'ACME' });
const role = await jira.projectRoles.getProjectRole({ projectIdOrKey: 'ACME', id: Number(roles['Manager'].split('/').at(-1)) });
assert.equal(role.actors[0].displayName, 'Maria Manager');
const team = role.actors.find(a => a.actorGroup).actorGroup;
const members = await jira.groups.getUsersFromGroup({ groupId: team.groupId, includeInactiveUsers: true });
assert.deepEqual([members.total, members.isLast, members.values[0].accountId], [1, true, support]);
assert.equal((await jira.groups.getUsersFromGroup({ groupname: team.name })).values.length, 1);
assert.ok((await jira.userSearch.findAssignableUsers({ project: 'ACME', query: '' })).some(u => u.accountId === support));
assert.equal((await jira.userSearch.findUsers({ query: 'sanjay' }))[0].accountId, support);

// An issue is made, changed, given away and brought on.
const made = await jira.issues.createIssue({
  fields: { project: { key: 'ACME' }, issuetype: { id: '10102' }, summary: 'printer on fire', priority: { id: '3' } },
  properties: [{ key: 'slabridge', value: { mark: 'x' } }],
});
const on = { issueIdOrKey: made.id };
await jira.issues.editIssue({ ...on, fields: { priority: { id: '2' }, labels: ['hot'], [severity.id]: { value: 'critical' } } });
await jira.issues.assignIssue({ ...on, accountId: support });
const ways = await jira.issues.getTransitions({ ...on, expand: 'transitions.fields' });
await jira.issues.doTransition({ ...on, transition: { id: ways.transitions.find(w => w.to.name === 'In Progress').id } });
await assert.rejects(jira.issues.doTransition({ ...on, transition: { id: ways.transitions.find(w => w.to.name === 'Rejected').id } }), /Resolution is required/);
const issue = await jira.issues.getIssue({ ...on, expand: 'changelog' });
assert.equal(issue.fields.assignee.accountId, support);
assert.equal(issue.fields.status.name, 'In Progress');
assert.equal(issue.fields[severity.id].value, 'critical');
assert.equal(issue.changelog.histories[0].items[0].field, 'status', 'within an issue the newest entry comes first');
const log = await jira.issues.getChangeLogs(on);
assert.deepEqual(log.values.flatMap(e => e.items.map(i => i.field)), ['priority', 'labels', 'Severity', 'assignee', 'status'], 'by itself the oldest comes first');
assert.ok(log.isLast);
const meta = await jira.issues.getEditIssueMeta(on);
assert.equal(meta.fields.priority.allowedValues.length, 5);

// Properties, watchers.
assert.deepEqual((await jira.issueProperties.getIssueProperty({ ...on, propertyKey: 'slabridge' })).value, { mark: 'x' });
await jira.issueProperties.setIssueProperty({ ...on, propertyKey: 'slabridge', body: { mark: 'y' } });
await jira.issueWatchers.addWatcher({ ...on, body: support });
assert.ok((await jira.issueWatchers.getIssueWatchers(on)).watchers.some(w => w.accountId === support));

// Comments: for all, for a role, for agents.
const open = await jira.issueComments.addComment({ ...on, body: 'we are *on* it' });
assert.equal(open.jsdPublic, true);
const closed = await jira.issueComments.addComment({
  ...on, body: toDocument('it is late'), properties: [{ key: 'sd.public.comment', value: { internal: true } }],
});
assert.equal(closed.jsdPublic, false);
await assert.rejects(jira.issueComments.addComment({ ...on, body: 'x', visibility: { type: 'role', value: 'Manager' } }), /not a member of the project role/);
await assert.rejects(jira.issueComments.addComment({ ...on, body: toDocument('x'), jsdPublic: false }), /jsdPublic/);
await jira.issueComments.updateComment({ ...on, id: open.id, body: { body: toDocument('we are still on it') } });
assert.equal((await jira.issueComments.getComments({ ...on, orderBy: 'created' })).total, 2);
await jira.issueCommentProperties.setCommentProperty({ commentId: open.id, propertyKey: 'sd.public.comment', body: { internal: true } });
assert.equal((await jira.issueComments.getComment({ ...on, id: open.id })).jsdPublic, false);
await jira.issueComments.deleteComment({ ...on, id: open.id });
await assert.rejects(jira.issueComments.getComment({ ...on, id: open.id }), isNotFoundError);

// The desk's own view.
assert.ok((await desk.info.getInfo()).isLicensedForUse);
const desks = await desk.servicedesk.getServiceDesks({});
const types = await desk.servicedesk.getRequestTypes({ serviceDeskId: desks.values.find(d => d.projectKey === 'ACME').id });
assert.ok(types.values.some(t => t.name === 'Report a fault'));
assert.equal((await desk.organization.getOrganizations({})).values[0].name, 'ACME Ltd');
assert.equal((await desk.request.getCustomerRequestByIdOrKey(on)).issueKey, made.key);
await desk.request.createRequestComment({ ...on, body: 'among us', public: false });
await desk.request.createRequestComment({ ...on, body: 'to you', public: true });
assert.deepEqual((await desk.request.getRequestComments(on)).values.map(c => c.public), [false, false, true]);
assert.deepEqual((await customer.request.getRequestComments(on)).values.map(c => c.body), ['to you']);
await assert.rejects(customer.request.createRequestComment({ ...on, body: 'x', public: false }), isForbiddenError);
assert.equal((await desk.request.getSlaInformation(on)).values[0].ongoingCycle.breached, false);
await assert.rejects(customer.request.getSlaInformation(on), isForbiddenError);

// Search: ids alone, by tokens, a hundred at most; the search of old is gone.
for (let n = 0; n < 4; n++) {
  await jira.issues.createIssue({ fields: { project: { id: acme.id }, issuetype: { id: '10100' }, summary: `one of ${n}` } });
}
const query = { jql: `project = ACME AND updated >= ${Date.parse(issue.fields.created) - 1} ORDER BY created ASC, key ASC`, maxResults: 2 };
const found = [];
let page;
do {
  page = await jira.issueSearch.searchAndReconsileIssuesUsingJqlPost({ ...query, nextPageToken: page?.nextPageToken });
  assert.equal(page.issues[0].fields, undefined);
  found.push(...page.issues.map(i => i.id));
} while (page.nextPageToken);
assert.equal(new Set(found).size, 5);
assert.equal(page.isLast, true);
const told = await jira.issueSearch.searchAndReconsileIssuesUsingJqlPost({ ...query, fields: ['*all'], expand: 'changelog', reconcileIssues: [Number(made.id)] });
assert.equal(told.issues[0].fields.summary, 'printer on fire');
await assert.rejects(bot.sendRequest({ url: '/rest/api/3/search?jql=project%3DACME', method: 'GET' }), /410/);
await assert.rejects(jira.issueSearch.searchAndReconsileIssuesUsingJqlPost({ jql: 'status = Open' }), /jirasim does not model/);

// Booked time, which hands have booked.
const booked = await jira.issueWorklogs.getIdsOfWorklogsModifiedSince({ since: 0 });
const entries = await jira.issueWorklogs.getWorklogsForIds({ ids: booked.values.map(v => v.worklogId) });
assert.equal(entries[0].timeSpentSeconds, 5400);
assert.equal((await jira.issueWorklogs.getIdsOfWorklogsDeletedSince({ since: 0 })).values.length, 1);
assert.equal((await jira.issueWorklogs.getIssueWorklog({ issueIdOrKey: entries[0].issueId })).worklogs[0].timeSpent, '1h 30m');

// Too much: writes to one issue.
await assert.rejects(async () => {
  for (let n = 0; n < 21; n++) await jira.issueProperties.setIssueProperty({ ...on, propertyKey: 'n', body: n });
}, e => isRateLimitError(e) && e.retryAfterMs > 0);

console.log(`second opinion: ${operations.size} operations in ${[...operations.values()].reduce((a, b) => a + b)} requests agree`);
for (const what of [...operations.keys()].sort()) console.log(`  ${what}`);
