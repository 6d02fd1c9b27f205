# frozen_string_literal: true

# world.rb - the data every instance begins with, made by `redmine up` through `rails runner`.
# Works on Redmine 5.0, 6.0 and 6.1. Writes LAB_DIR/world.json (ids, keys, passwords) and LAB_DIR/keys (shell
# variables). The in-process simulator holds the same world under the same names: change both or neither.
require 'json'

class World
  SEVERITIES = %w[critical non-critical minor].freeze
  SEE = %i[view_issues save_queries view_wiki_pages view_files].freeze
  KEYS = { 'REDMINE_API_KEY' => 'admin', 'REDMINE_BOT_KEY' => 'sla-bot', 'REDMINE_SUPPORT_KEY' => 'support1',
           'REDMINE_DEVELOPER_KEY' => 'dev1', 'REDMINE_MANAGER_KEY' => 'manager1', 'REDMINE_CUSTOMER_KEY' => 'customer1',
           'REDMINE_CUSTOMER2_KEY' => 'customer2', 'REDMINE_OUTSIDER_KEY' => 'outsider' }.freeze

  def initialize(dir, anonymous:)
    @dir = dir
    @anonymous = anonymous
    @out = {}
    @users = {}
  end

  def make
    Redmine::DefaultData::Loader.load('en')
    settings
    statuses_and_workflow
    roles
    fields
    people
    projects
    members
    save
  end

  private

  def settings
    Setting.rest_api_enabled = '1'
    Setting.login_required = @anonymous ? '0' : '1'
    Setting.default_language = 'en'
    Setting.notified_events = []
    Setting.default_projects_public = '0'
    Setting.mail_from = 'redmine@lab.invalid'
    Setting.host_name = '127.0.0.1'
  end

  # Two statuses beside Redmine's own. "Waiting for customer": manager and developer go there from any open status
  # and back, the reporter only back to work. "Frozen": only the manager, who is the only one to thaw it.
  def statuses_and_workflow
    @status = %w[new in_progress resolved feedback closed rejected].zip(IssueStatus.order(:position).first(6)).to_h
    @status['waiting'] = IssueStatus.create!(name: 'Waiting for customer', is_closed: false)
    @status['frozen'] = IssueStatus.create!(name: 'Frozen', is_closed: false)
    @tracker = %w[bug feature support].zip(Tracker.order(:position).first(3)).to_h
    @manager, @developer, @reporter = Role.givable.where(builtin: 0).order(:position).first(3)
    open = @status.values_at('new', 'in_progress', 'resolved', 'feedback')
    back = @status.values_at('in_progress', 'resolved', 'feedback', 'closed')
    waiting, frozen = @status.values_at('waiting', 'frozen')
    [@manager, @developer].each do |role|
      open.each { |from| step(role, from, waiting) }
      back.each { |to| step(role, waiting, to) }
    end
    step(@reporter, waiting, @status['in_progress'])
    (open + [waiting]).each do |other|
      step(@manager, other, frozen)
      step(@manager, frozen, other)
    end
  end

  def step(role, from, to)
    @tracker.each_value { |t| WorkflowTransition.create!(tracker: t, role: role, old_status: from, new_status: to) }
  end

  def roles
    staff = SEE + %i[add_issues edit_issues add_issue_notes edit_own_issue_notes view_private_notes set_notes_private
                     manage_issue_relations view_issue_watchers add_issue_watchers log_time view_time_entries]
    @bot = role('SLA bot', staff + %i[manage_subtasks delete_issue_watchers set_issues_private edit_own_time_entries
                                      log_time_for_other_users], like: @developer)
    @support = role('Support engineer', staff, like: @developer)
    @customer = role('Customer', SEE + %i[add_issues add_issue_notes], sees: 'default', like: @reporter)
    @customer.update!(assignable: false)
    readonly_for_the_bot
  end

  def role(name, permissions, like:, sees: 'all')
    made = Role.create!(name: name, permissions: permissions, issues_visibility: sees)
    WorkflowRule.copy(nil, like, Tracker.all.to_a, [made])
    made
  end

  # Read-only by workflow, which a PUT answers with 204 and leaves alone: the due date of a Feature in any status and
  # the priority of a resolved one.
  def readonly_for_the_bot
    rule = { tracker: @tracker['feature'], role: @bot, rule: 'readonly' }
    IssueStatus.find_each { |s| WorkflowPermission.create!(old_status: s, field_name: 'due_date', **rule) }
    WorkflowPermission.create!(old_status: @status['resolved'], field_name: 'priority_id', **rule)
  end

  def fields
    staff = [@manager, @developer, @support, @bot]
    @field = {
      'severity' => issue_field('Severity', 'list', possible_values: SEVERITIES),
      'sla_due' => issue_field('SLA response due', 'string'),
      'sla_status' => issue_field('SLA status', 'string', visible: false, roles: staff),
      'client_id' => issue_field('Client ID', 'string'),
      'organisation' => issue_field('Organisation', 'string'),
      'project_client_id' => ProjectCustomField.create!(name: 'Client ID', field_format: 'string', visible: true),
      'user_organisation' => UserCustomField.create!(name: 'Organisation', field_format: 'string', visible: true),
      # what a contract may be told and may write back
      'phone_notified' => issue_field('Phone notified at', 'string'),
      'on_site_agreed' => issue_field('On-site agreed at', 'string'),
      'arrived' => issue_field('Arrived at', 'string'),
      'next_due' => issue_field('SLA due', 'string'),
      'sla_state' => issue_field('SLA state', 'string')
    }
  end

  def issue_field(name, format, **more)
    IssueCustomField.create!(name: name, field_format: format, is_for_all: true, is_filter: true, trackers: @tracker.values, **more)
  end

  def people
    user('admin', 'Redmine', 'Admin', admin: true)
    { 'sla-bot' => %w[SLA Bot], 'support1' => %w[Sanjay Support], 'support2' => %w[Svetlana Support],
      'dev1' => %w[Dora Developer], 'dev2' => %w[Denis Developer], 'manager1' => %w[Maria Manager],
      'customer1' => %w[Clara Customer], 'customer2' => %w[Carl Customer], 'outsider' => %w[Otto Outsider] }
      .each { |login, name| user(login, *name) }
    { 'customer1' => 'ACME Ltd', 'customer2' => 'Globex LLC' }.each do |login, organisation|
      @users[login].custom_field_values = { @field['user_organisation'].id.to_s => organisation }
      @users[login].save!
    end
  end

  def user(login, first, last, admin: false)
    u = User.find_by_login(login) || User.new(login: login)
    password = "lab-#{login}-password"
    u.assign_attributes(firstname: first, lastname: last, mail: "#{login}@lab.invalid", language: 'en', mail_notification: 'none',
                        password: password, password_confirmation: password)
    u.admin = admin
    u.must_change_passwd = false
    u.save!
    (@out['users'] ||= {})[login] = { 'id' => u.id, 'key' => u.api_key, 'password' => password }
    @users[login] = u
  end

  def projects
    @project = { 'support' => project('support', 'Support desk', nil) }
    @project['acme'] = project('acme', 'ACME Ltd', @project['support'], client: 'C-001')
    @project['globex'] = project('globex', 'Globex LLC', @project['support'], client: 'C-002')
    @project['acme-erp'] = project('acme-erp', 'ACME ERP', @project['acme'], client: 'C-001')
    @project['internal'] = project('internal', 'Internal kitchen', nil)
  end

  def project(identifier, name, parent, client: nil)
    p = Project.new(name: name, is_public: false)
    p.identifier = identifier
    p.trackers = Tracker.sorted.to_a
    p.enabled_module_names = %w[issue_tracking time_tracking wiki files]
    p.save!
    p.set_parent!(parent) if parent
    p.reload
    return p unless client

    p.custom_field_values = { @field['project_client_id'].id.to_s => client }
    p.save!
    p
  end

  def members
    team = { 'sla-bot' => @bot, 'support1' => @support, 'support2' => @support, 'dev1' => @developer, 'dev2' => @developer,
             'manager1' => @manager }
    %w[support acme acme-erp globex].each { |p| team.each { |login, role| member(p, login, role) } }
    member('internal', 'manager1', @manager)
    %w[acme acme-erp].each { |p| member(p, 'customer1', @customer) }
    member('globex', 'customer2', @customer)
  end

  def member(project, login, role)
    m = Member.new(project_id: @project[project].id, user_id: @users[login].id)
    m.roles = [role]
    m.save!
  end

  def save
    @out['statuses'] = @status.transform_values(&:id)
    @out['trackers'] = @tracker.transform_values(&:id)
    @out['priorities'] = %w[low normal high urgent immediate].zip(IssuePriority.order(:position).ids).to_h
    @out['roles'] = { 'manager' => @manager.id, 'developer' => @developer.id, 'reporter' => @reporter.id, 'bot' => @bot.id,
                      'support' => @support.id, 'customer' => @customer.id }
    @out['custom_fields'] = @field.transform_values(&:id)
    @out['severities'] = SEVERITIES
    @out['projects'] = @project.transform_values(&:id)
    write('world.json', "#{JSON.pretty_generate(@out)}\n")
    write('keys', KEYS.map { |name, login| "#{name}=#{@out['users'][login]['key']}\n" }.join)
  end

  def write(name, text)
    File.write(File.join(@dir, name), text, perm: 0o600)
  end
end

World.new(ENV.fetch('LAB_DIR'), anonymous: ENV['LAB_ANON'] == '1').make
