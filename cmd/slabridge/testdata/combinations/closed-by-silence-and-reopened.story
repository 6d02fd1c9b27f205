# endocs п. 2.7: closed because nobody answered, then answered, resolved without a word, and reopened by staff. The closing
# starts everything anew at the customer's word; the silent resolution gains nothing: the deadline of that word stands.
contract endocs
starts Mon 2026-03-02 09:00
person customer1 Customer
person support1 "Support engineer"
person support2 "Support engineer"
person dev1 Developer
person manager1 Manager
right Customer edit_own_issues
mapping:
    closed_comments: true
    severity:
      - {is: high, when: {field: Severity, in: [critical]}}
      - {is: normal}
contract:
    plan: paid
    change: [{obligation: await-answer, on: true}]

Mon 2026-03-02 11:00     customer1 creates #1 "Не загружается файл" Severity=non-critical
    Mon 2026-03-02 11:00:01  #1 tells the customer: acknowledge/start (п. 1.7, Порядок 3.4)
        | Здравствуйте!
        | Ваше обращение № 1 получено и зарегистрировано. Критичность: обычный приоритет.
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 1.7, Порядок 3.4.
Mon 2026-03-02 12:00     support1 on #1 says "Какой это файл?" status="Waiting for customer" assignee=support1
    Fri 2026-03-06 12:00:00  #1 tells the customer: await-answer/warn-4bd (п. 2.7, due Tue 2026-03-10 19:00:00)
        | Здравствуйте!
        | Мы по-прежнему ждём вашего ответа по обращению № 1.
        | «Какой это файл?»
        | Пожалуйста, ответьте комментарием к этому обращению. Если ответа не будет до 10 марта 2026 г., 19:00 (московское время, UTC+3), обращение будет закрыто с формулировкой «ответ от клиента не получен».
        | Основание: регламент технической поддержки, п. 2.7.
    Tue 2026-03-10 19:00:01  #1 tells the customer: await-answer/due (п. 2.7, due Tue 2026-03-10 19:00:00)
        status=Closed
        | Здравствуйте!
        | Обращение № 1 закрыто: ответ от клиента не получен. Мы ждали ответа на сообщение от 2 марта 2026 года.
        | Если вопрос ещё актуален, сообщите об этом комментарием к этому обращению или подайте новое.
        | Основание: регламент технической поддержки, п. 2.7.
Wed 2026-03-11 10:00     customer1 on #1 says "Файл по-прежнему не загружается."
    Wed 2026-03-11 10:00:01  #1 tells staff: await-answer/answered (п. 2.7, due Tue 2026-03-10 19:00:00)
        ~ Заказчик ответил в обращении, которое было закрыто, потому что ответа не было (п. 2.7).
        ~ Ответ получен 11 марта 2026 г., 10:00 (московское время, UTC+3); с этого момента сроки по обращению идут заново.
        ~ Откройте обращение снова и продолжите работу.
Wed 2026-03-11 11:00     manager1 on #1 status=Resolved
Fri 2026-03-13 12:00     support1 on #1 status="In Progress"
    Fri 2026-03-13 12:00:01  #1 tells staff: process/due (п. 2.3, п. 1.8, due Thu 2026-03-12 10:00:00)
        ~ Нарушен срок: обработка запроса (п. 2.3, п. 1.8).
        ~ Критичность: обычный приоритет.
        ~ Срок истёк 12 марта 2026 г., 10:00 (московское время, UTC+3), обязательство ещё не выполнено.
Mon 2026-03-16 12:00     support1 on #1 says "Файл загружается." status=Resolved
Tue 2026-03-17 12:00     end
    #1 Не загружается файл: normal
        acknowledge created: met, from Mon 2026-03-02 11:00:00, ended Mon 2026-03-02 11:00:01: stopped by note-1
        process created: met, from Mon 2026-03-02 11:00:00, due Tue 2026-03-03 11:00:00, ended Mon 2026-03-02 12:00:00: stopped by note-2
        process note-5: breached, from Wed 2026-03-11 10:00:00, due Thu 2026-03-12 10:00:00, ended Mon 2026-03-16 12:00:00: stopped by note-10
        await-answer note-2: ended, from Mon 2026-03-02 12:00:00, due Tue 2026-03-10 19:00:00, ended Tue 2026-03-10 19:00:01: closed-by-silence by note-4
        remind-customer note-2: cancelled, from Mon 2026-03-02 12:00:00, due Fri 2026-03-13 12:00:00, ended Tue 2026-03-10 19:00:01: closed-by-silence by note-4
        entitlement created: met, from Mon 2026-03-02 11:00:00, ended Mon 2026-03-02 11:00:00: stopped by created
    the contract as a whole
    the report
        registration notice (clause 1.7; section “Порядок”, 3.4)
          kept 1, escalated 0, breached 0 (excused 0), not judged 0, cancelled 0,
          running 0
          kept 100 %
        processing of the request (clauses 2.3, 1.8)
          kept 1, escalated 0, breached 1 (excused 0), not judged 0, cancelled 0,
          running 0
          kept 50 %
        notice of a third party (section “Порядок”, 3.9)
          kept 0, escalated 0, breached 0 (excused 0), not judged 0, cancelled 0,
          running 0
        how this is counted
          Each cycle is counted once. Kept: done in time, by whomever the contract
          leaves it to. Escalated: the contract promises exactly what slabridge did at
          the due, whole and within 10 minutes. Breached: neither; an excused breach
          stays one. Not judged: due before slabridge watched, or not to be judged
          because of a fault. The share is kept and escalated among kept, escalated and
          breached.
        accounts: none
        requests created in the period, by severity
          normal priority: 1
        time not gained: resolved in silence, or moved by staff
          #1  resolved without a word to the customer and taken back
            Не загружается файл
            Wed 2026-03-11 11:00:00 +03 - Fri 2026-03-13 12:00:00 +03, resolved by Maria
            Manager
            Wed 2026-03-11 11:00:00 +03 note-7
            Fri 2026-03-13 12:00:00 +03 note-8
        closed for want of an answer, with each reminder
          #1  closed because the customer did not answer, waiting for the customer's answer
            Не загружается файл
            Fri 2026-03-06 12:00:00 +03 “waiting for the customer's answer, 4 business
            days after the start” note-3
            Tue 2026-03-10 19:00:01 +03 “waiting for the customer's answer, at the
            deadline” note-4
