# kamal п. 8: staff changes the tracker, and another contract has the request, whose twenty minutes have passed: due is the earlier of
# the deadline left behind and the new term from the move on; there is no second receipt. Moved back, it is as if it had never left.
contract kamal
starts Mon 2026-03-16 09:00
person customer1 Customer
person support1 "Support engineer"
person support2 "Support engineer"
person dev1 Developer
person manager1 Manager
right Customer edit_own_issues
mapping:
    severity:
      - {is: critical, when: {field: Severity, in: [critical]}}
      - {is: minor, when: {field: Severity, in: [minor]}}
      - {is: noncritical}
contract:
    when: [{tracker: [Bug]}]
beside:
    use: USE
    id: kamal-urgent
    when: [{tracker: [Support]}]
    change: [{obligation: respond, severity: noncritical, within: 20m}]

Mon 2026-03-16 10:00     customer1 creates #1 "Не открывается отчёт" Severity=non-critical assignee=support1
    Mon 2026-03-16 10:00:01  #1 tells the customer: acknowledge/start (п. 7, due Mon 2026-03-16 12:00:00)
        | Здравствуйте!
        | Ваше обращение № 1 получено и зарегистрировано. Критичность: некритичный сбой.
        | Специалисты технической поддержки приступят к работе над ним не позднее 16 марта 2026 г., 12:00 (время Алматы, UTC+5) (п. 8).
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 7.
Mon 2026-03-16 11:00     support1 on #1 tracker=Support
    Mon 2026-03-16 11:15:00  #1 tells staff: respond/warn-75 (п. 8, due Mon 2026-03-16 11:20:00)
        ~ Приближается срок: начало работ (п. 8).
        ~ Критичность: некритичный сбой.
        ~ Выполнить не позднее 16 марта 2026 г., 11:20 (время Алматы, UTC+5).
        ~ На 16 марта 2026 г., 11:15 (время Алматы, UTC+5) до срока оставалось: 5 минут рабочего времени.
    Mon 2026-03-16 11:20:01  #1 tells staff: respond/due (п. 8, due Mon 2026-03-16 11:20:00)
        priority=High
        ~ Нарушен срок: начало работ (п. 8).
        ~ Критичность: некритичный сбой.
        ~ Срок истёк 16 марта 2026 г., 11:20 (время Алматы, UTC+5), обязательство ещё не выполнено.
        ~ Повышаем приоритет до «High».
Mon 2026-03-16 11:40     support1 on #1 tracker=Bug
    Mon 2026-03-16 11:40:01  #1 tells staff: respond/warn-75 (п. 8, due Mon 2026-03-16 12:00:00)
        ~ Приближается срок: начало работ (п. 8).
        ~ Критичность: некритичный сбой.
        ~ Выполнить не позднее 16 марта 2026 г., 12:00 (время Алматы, UTC+5).
        ~ На 16 марта 2026 г., 11:30 (время Алматы, UTC+5) до срока оставалось: 30 минут рабочего времени.
Mon 2026-03-16 11:50     support1 on #1 says "Занимаемся отчётом." status="In Progress"
Mon 2026-03-16 15:00     support1 on #1 says "Отчёт открывается." status=Resolved

# Nobody answers in either of both: that is broken once, where the request belongs.
Tue 2026-03-17 10:00     customer1 creates #2 "Не открывается архив" Severity=non-critical assignee=support1
    Tue 2026-03-17 10:00:01  #2 tells the customer: acknowledge/start (п. 7, due Tue 2026-03-17 12:00:00)
        | Здравствуйте!
        | Ваше обращение № 2 получено и зарегистрировано. Критичность: некритичный сбой.
        | Специалисты технической поддержки приступят к работе над ним не позднее 17 марта 2026 г., 12:00 (время Алматы, UTC+5) (п. 8).
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 7.
Tue 2026-03-17 11:00     support1 on #2 tracker=Support
    Tue 2026-03-17 11:15:00  #2 tells staff: respond/warn-75 (п. 8, due Tue 2026-03-17 11:20:00)
        ~ Приближается срок: начало работ (п. 8).
        ~ Критичность: некритичный сбой.
        ~ Выполнить не позднее 17 марта 2026 г., 11:20 (время Алматы, UTC+5).
        ~ На 17 марта 2026 г., 11:15 (время Алматы, UTC+5) до срока оставалось: 5 минут рабочего времени.
    Tue 2026-03-17 11:20:01  #2 tells staff: respond/due (п. 8, due Tue 2026-03-17 11:20:00)
        priority=High
        ~ Нарушен срок: начало работ (п. 8).
        ~ Критичность: некритичный сбой.
        ~ Срок истёк 17 марта 2026 г., 11:20 (время Алматы, UTC+5), обязательство ещё не выполнено.
        ~ Повышаем приоритет до «High».
Tue 2026-03-17 12:30     support1 on #2 tracker=Bug
    Tue 2026-03-17 12:30:01  #2 tells staff: respond/due (п. 8, due Tue 2026-03-17 12:00:00)
        priority=Urgent
        ~ Нарушен срок: начало работ (п. 8).
        ~ Критичность: некритичный сбой.
        ~ Срок истёк 17 марта 2026 г., 12:00 (время Алматы, UTC+5), обязательство ещё не выполнено.
        ~ Повышаем приоритет до «Urgent».
Tue 2026-03-17 13:00     support1 on #2 says "Архив открывается." status=Resolved
Wed 2026-03-18 12:00     end
    #1 Не открывается отчёт: noncritical under kamal
        acknowledge created: met, from Mon 2026-03-16 10:00:00, due Mon 2026-03-16 12:00:00, ended Mon 2026-03-16 10:00:01: stopped by note-1
        respond created: met, from Mon 2026-03-16 10:00:00, due Mon 2026-03-16 12:00:00, ended Mon 2026-03-16 11:50:00: stopped by note-7
        involve-developers created: met, from Mon 2026-03-16 10:00:00, due Tue 2026-03-17 10:00:00, ended Mon 2026-03-16 15:00:00: stopped by note-8
        inform-management created: met, from Mon 2026-03-16 10:00:00, due Wed 2026-03-18 10:00:00, ended Mon 2026-03-16 15:00:00: stopped by note-8
        progress-update created: met, from Mon 2026-03-16 10:00:00, due Wed 2026-03-18 10:00:00, ended Mon 2026-03-16 11:50:00: stopped by note-7
        progress-update note-7: met, from Mon 2026-03-16 11:50:00, due Wed 2026-03-18 11:50:00, ended Mon 2026-03-16 15:00:00: stopped by note-8
    #1 Не открывается отчёт: noncritical under kamal-urgent
        respond created: breached, from Mon 2026-03-16 10:00:00, due Mon 2026-03-16 11:20:00, ended Mon 2026-03-16 11:40:00: left-contract by note-5
        involve-developers created: cancelled, from Mon 2026-03-16 10:00:00, due Tue 2026-03-17 10:00:00, ended Mon 2026-03-16 11:40:00: left-contract by note-5
        inform-management created: cancelled, from Mon 2026-03-16 10:00:00, due Wed 2026-03-18 10:00:00, ended Mon 2026-03-16 11:40:00: left-contract by note-5
        progress-update created: cancelled, from Mon 2026-03-16 10:00:00, due Wed 2026-03-18 10:00:00, ended Mon 2026-03-16 11:40:00: left-contract by note-5
    #2 Не открывается архив: noncritical under kamal
        acknowledge created: met, from Tue 2026-03-17 10:00:00, due Tue 2026-03-17 12:00:00, ended Tue 2026-03-17 10:00:01: stopped by note-1
        respond created: breached, from Tue 2026-03-17 10:00:00, due Tue 2026-03-17 12:00:00, ended Tue 2026-03-17 13:00:00: stopped by note-7
        involve-developers created: met, from Tue 2026-03-17 10:00:00, due Wed 2026-03-18 10:00:00, ended Tue 2026-03-17 13:00:00: stopped by note-7
        inform-management created: met, from Tue 2026-03-17 10:00:00, due Thu 2026-03-19 10:00:00, ended Tue 2026-03-17 13:00:00: stopped by note-7
        progress-update created: met, from Tue 2026-03-17 10:00:00, due Thu 2026-03-19 10:00:00, ended Tue 2026-03-17 13:00:00: stopped by note-7
    #2 Не открывается архив: noncritical under kamal-urgent
        respond created: cancelled, from Tue 2026-03-17 10:00:00, due Tue 2026-03-17 11:20:00, ended Tue 2026-03-17 12:30:00: moved-back by note-5
        involve-developers created: cancelled, from Tue 2026-03-17 10:00:00, due Wed 2026-03-18 10:00:00, ended Tue 2026-03-17 12:30:00: left-contract by note-5
        inform-management created: cancelled, from Tue 2026-03-17 10:00:00, due Thu 2026-03-19 10:00:00, ended Tue 2026-03-17 12:30:00: left-contract by note-5
        progress-update created: cancelled, from Tue 2026-03-17 10:00:00, due Thu 2026-03-19 10:00:00, ended Tue 2026-03-17 12:30:00: left-contract by note-5
    the contract as a whole
    the report
        confirmation of receipt (clause 7)
          kept 2, escalated 0, breached 0 (excused 0), not judged 0, cancelled 0,
          running 0
          kept 100 %
        start of work (clause 8)
          kept 1, escalated 0, breached 1 (excused 0), not judged 0, cancelled 0,
          running 0
          kept 50 %
        confirmation that work has begun (clause 8)
          kept 0, escalated 0, breached 0 (excused 0), not judged 0, cancelled 0,
          running 0
        involvement of the developers (clause 8)
          kept 2, escalated 0, breached 0 (excused 0), not judged 0, cancelled 0,
          running 0
          kept 100 %
        information of the management (clause 8)
          kept 2, escalated 0, breached 0 (excused 0), not judged 0, cancelled 0,
          running 0
          kept 100 %
        progress update (clause 9)
          kept 3, escalated 0, breached 0 (excused 0), not judged 0, cancelled 0,
          running 0
          kept 100 %
        how this is counted
          Each cycle is counted once. Kept: done in time, by whomever the contract
          leaves it to. Escalated: the contract promises exactly what slabridge did at
          the due, whole and within 10 minutes. Breached: neither; an excused breach
          stays one. Not judged: due before slabridge watched, or not to be judged
          because of a fault. The share is kept and escalated among kept, escalated and
          breached.
        accounts: none
        requests created in the period, by severity
          noncritical failure: 2
        time not gained: resolved in silence, or moved by staff
          #1  moved by staff within the project
            Не открывается отчёт
            out of the contract on Mon 2026-03-16 11:00:00 +05 by Sanjay Support, and
            back
            Mon 2026-03-16 11:00:00 +05 note-2
          #1  moved by staff within the project
            Не открывается отчёт
            into the contract on Mon 2026-03-16 11:40:00 +05 by Sanjay Support
            Mon 2026-03-16 11:40:00 +05 note-5
          #2  moved by staff within the project
            Не открывается архив
            out of the contract on Tue 2026-03-17 11:00:00 +05 by Sanjay Support, and
            back
            Tue 2026-03-17 11:00:00 +05 note-2
          #2  moved by staff within the project
            Не открывается архив
            into the contract on Tue 2026-03-17 12:30:00 +05 by Sanjay Support
            Tue 2026-03-17 12:30:00 +05 note-5
