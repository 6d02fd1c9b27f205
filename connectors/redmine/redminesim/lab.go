package redminesim

// NewLab builds the world of the lab instances of real Redmine, with the same numbers, logins, names and order, so that
// one suite runs against both: projects support > acme > acme-erp, support > globex, and internal; the logins sla-bot,
// support1, support2, dev1, dev2, manager1, customer1 (in acme and acme-erp), customer2 (in globex), outsider (in none)
// and admin; the statuses "Waiting for customer" and "Frozen" (the latter for managers only) beside Redmine's own; the
// issue fields Severity, SLA response due, SLA status (hidden from customers), Client ID and Organisation, and those
// that a contract may be told by or written to: Phone notified at, On-site agreed at, Arrived at, SLA due, SLA state.
// There are no issues.
func NewLab(opt Options) *Server {
	s := newServer(opt)
	s.defaults()
	s.labWorkflow()
	staff := s.labRoles()
	s.labFields(staff)
	s.contractFields()
	s.labProjects()
	s.labPeople()
	return s
}

// Numbers of the default data, and of what the lab adds to it.
const (
	inProgress, resolved, feedback, closedStatus = 2, 3, 4, 5
	waiting, frozen                              = 7, 8
	feature                                      = 2
	roleManager, roleDeveloper, roleReporter     = 3, 4, 5
	roleBot, roleSupport, roleCustomer           = 6, 7, 8
)

func (s *Server) labWorkflow() {
	s.newStatus(text{"Waiting for customer", "Ожидание заказчика"}, false)
	s.newStatus(text{"Frozen", "Заморожена"}, false)
	open := []int{1, inProgress, resolved, feedback}
	manager, developer, reporter := s.st.role(roleManager), s.st.role(roleDeveloper), s.st.role(roleReporter)
	for _, r := range []*role{manager, developer} {
		s.arrows(r, open, []int{waiting})
		s.arrows(r, []int{waiting}, []int{inProgress, resolved, feedback, closedStatus})
	}
	s.arrows(reporter, []int{waiting}, []int{inProgress})
	s.arrows(manager, append(open, waiting), []int{frozen})
	s.arrows(manager, []int{frozen}, append(open, waiting))
}

// labRoles adds the roles of the lab and returns the numbers of the staff's.
func (s *Server) labRoles() []int {
	developer := s.st.role(roleDeveloper)
	bot := s.newRole(text{"SLA bot", "Бот SLA"}, "all", botPerms).copyWorkflow(developer)
	s.newRole(text{"Support engineer", "Инженер поддержки"}, "all", supportPerms).copyWorkflow(developer)
	customer := s.newRole(text{"Customer", "Заказчик"}, "default", customerPerms).copyWorkflow(s.st.role(roleReporter))
	customer.assignable = false
	for _, x := range s.st.statuses {
		bot.rules[ruleKey{feature, x.id, "due_date"}] = "readonly"
	}
	bot.rules[ruleKey{feature, resolved, "priority_id"}] = "readonly"
	return []int{roleManager, roleDeveloper, roleBot, roleSupport}
}

func (s *Server) labFields(staff []int) {
	s.newField("issue", text{"Severity", "Критичность"}, "list", s.severities()...)
	s.newField("issue", text{"SLA response due", "Срок реакции SLA"}, "string")
	state := s.newField("issue", text{"SLA status", "Статус SLA"}, "string")
	state.visible, state.roles = false, staff
	s.newField("issue", text{"Client ID", "Код клиента"}, "string")
	s.newField("issue", text{"Organisation", "Организация"}, "string")
	s.newField("project", text{"Client ID", "Код клиента"}, "string")
	s.newField("user", text{"Organisation", "Организация"}, "string")
}

func (s *Server) contractFields() {
	for _, t := range []text{
		{"Phone notified at", "Сообщено по телефону"},
		{"On-site agreed at", "Выезд согласован"},
		{"Arrived at", "Прибытие"},
		{"SLA due", "Срок по SLA"},
		{"SLA state", "Состояние по SLA"},
	} {
		s.newField("issue", t, "string")
	}
}

func (s *Server) severities() []string {
	if s.opt.Language == "ru" {
		return []string{"критичная", "некритичная", "незначительная"}
	}
	return []string{"critical", "non-critical", "minor"}
}

func (s *Server) labProjects() {
	root := s.newProject("support", s.word(text{"Support desk", "Служба поддержки"}), 0, labModules...)
	acme := s.newProject("acme", s.word(text{"ACME Ltd", "ООО «Ромашка»"}), root.id, labModules...)
	globex := s.newProject("globex", s.word(text{"Globex LLC", "АО «Вектор»"}), root.id, labModules...)
	erp := s.newProject("acme-erp", s.word(text{"ACME ERP", "Ромашка: учёт"}), acme.id, labModules...)
	s.newProject("internal", s.word(text{"Internal kitchen", "Внутренняя кухня"}), 0, labModules...)
	const clientID = 6
	acme.fields[clientID], erp.fields[clientID], globex.fields[clientID] = "C-001", "C-001", "C-002"
}

func (s *Server) labPeople() {
	s.newAdmin()
	team := []struct {
		login, first, last string
		role               int
	}{
		{"sla-bot", "SLA", "Bot", roleBot},
		{"support1", "Sanjay", "Support", roleSupport},
		{"support2", "Svetlana", "Support", roleSupport},
		{"dev1", "Dora", "Developer", roleDeveloper},
		{"dev2", "Denis", "Developer", roleDeveloper},
		{"manager1", "Maria", "Manager", roleManager},
	}
	for _, t := range team {
		s.newUser(t.login, t.first, t.last)
	}
	clara, carl := s.newUser("customer1", "Clara", "Customer"), s.newUser("customer2", "Carl", "Customer")
	s.newUser("outsider", "Otto", "Outsider")
	const organisation = 7
	clara.fields[organisation] = s.st.projectRef("acme").name
	carl.fields[organisation] = s.st.projectRef("globex").name
	in := func(identifier, login string, role int) {
		s.newMember(s.st.projectRef(identifier).id, s.st.login(login).id, role)
	}
	for _, identifier := range []string{"support", "acme", "acme-erp", "globex"} {
		for _, t := range team {
			in(identifier, t.login, t.role)
		}
	}
	in("internal", "manager1", roleManager)
	in("acme", "customer1", roleCustomer)
	in("acme-erp", "customer1", roleCustomer)
	in("globex", "customer2", roleCustomer)
}

// NewDesk builds one support desk for demonstrations: the project acme; the engineers ivanov and
// petrov, their lead sidorov, the developer kuznetsov, the director orlova, the customer romashkin and the
// account sla-bot, beside admin. Roles, statuses, workflow and issue fields are those of NewLab; the
// lead and the director are Managers.
func NewDesk(opt Options) *Server {
	s := newServer(opt)
	s.defaults()
	s.labWorkflow()
	s.labFields(s.labRoles())
	acme := s.newProject("acme", s.word(text{"ACME Ltd", "ООО «Ромашка»"}), 0, labModules...)
	s.newAdmin()
	for _, t := range []struct {
		login       string
		first, last text
		role        int
	}{
		{"sla-bot", text{"SLA", "Бот"}, text{"Bot", "SLA"}, roleBot},
		{"ivanov", text{"Ivan", "Иван"}, text{"Ivanov", "Иванов"}, roleSupport},
		{"petrov", text{"Petr", "Пётр"}, text{"Petrov", "Петров"}, roleSupport},
		{"sidorov", text{"Semyon", "Семён"}, text{"Sidorov", "Сидоров"}, roleManager},
		{"kuznetsov", text{"Kirill", "Кирилл"}, text{"Kuznetsov", "Кузнецов"}, roleDeveloper},
		{"orlova", text{"Olga", "Ольга"}, text{"Orlova", "Орлова"}, roleManager},
		{"romashkin", text{"Roman", "Роман"}, text{"Romashkin", "Ромашкин"}, roleCustomer},
	} {
		u := s.newUser(t.login, s.word(t.first), s.word(t.last))
		s.newMember(acme.id, u.id, t.role)
	}
	return s
}
