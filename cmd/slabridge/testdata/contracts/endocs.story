# endocs, the first quarter of 2026. Moscow, Mon-Fri 10:00-14:00 and 15:00-19:00; days off: 1 to 11 January, 23 February, 9 March.
# Until the end of February requests that wait for the customer are not closed, only reminded of; from March on they are closed.
contract endocs
starts Mon 2026-01-05 12:00
person customer1 Customer
person support1 "Support engineer"
person support2 "Support engineer"
person dev1 Developer
person manager1 Manager
right Customer edit_own_issues
field "By mail"
field "Contact"
mapping:
    closed_comments: true
    severity:
      - {is: high, when: {field: Severity, in: [critical]}}
      - {is: normal}
    fields:
      - {is: description, attribute: description}
      - {is: by-mail, field: "By mail"}
      - {is: contact, field: "Contact"}
contract:
    valid: {from: 2026-01-12, to: 2026-12-31}
    versions:
      - {valid_from: 2026-01-12, use: USE, plan: paid}
      - {valid_from: 2026-03-01, use: USE, plan: paid, change: [{obligation: await-answer, on: true}]}

# п. 2.1: received before the contract is valid. Nothing is promised, and staff is told why.
Mon 2026-01-05 14:00     customer1 creates #1 "Вопрос до договора" Severity=non-critical
    Mon 2026-01-12 10:00:00  #1 tells staff: entitlement/start (п. 2.1, п. 2.2)
        ~ Договор не распространяется на это обращение (п. 2.1, п. 2.2).
        ~ Оно получено вне срока действия договора: 5 января 2026 г., 14:00 (московское время, UTC+3).
        ~ Договор действует с 12 января 2026 года по 31 декабря 2026 года.
        ~ Прежде чем приступить к работам, согласуйте их с заказчиком.

# п. 2.3: taken on by a named engineer within a business day.
Mon 2026-01-12 11:00     customer1 creates #2 "Не подписывается документ" Severity=critical
    Mon 2026-01-12 11:00:01  #2 tells the customer: acknowledge/start (п. 1.7, Порядок 3.4)
        | Здравствуйте!
        | Ваше обращение № 2 получено и зарегистрировано. Критичность: высокий приоритет.
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 1.7, Порядок 3.4.
    Mon 2026-01-12 18:00:00  #2 tells staff: process/warn-75 (п. 2.3, п. 1.8, due Tue 2026-01-13 11:00:00)
        ~ Приближается срок: обработка запроса (п. 2.3, п. 1.8).
        ~ Критичность: высокий приоритет.
        ~ Выполнить не позднее 13 января 2026 г., 11:00 (московское время, UTC+3).
        ~ На 12 января 2026 г., 18:00 (московское время, UTC+3) до срока оставалось: 2 часа рабочего времени.
Tue 2026-01-13 10:59     support1 on #2 says "Занимаюсь вашим запросом." status="In Progress" assignee=support1
Tue 2026-01-13 15:00     support1 on #2 books 6m Development
Tue 2026-01-13 15:30     support1 on #2 books 36m Development
Tue 2026-01-13 16:00     support1 on #2 says "Подписывается." status=Resolved

# Received on a Saturday: due at the close of Monday. An answer without an engineer's name is none.
Sat 2026-01-17 12:00     customer1 creates #3 "Не приходит уведомление" Severity=non-critical
    Sat 2026-01-17 12:00:01  #3 tells the customer: acknowledge/start (п. 1.7, Порядок 3.4)
        | Здравствуйте!
        | Ваше обращение № 3 получено и зарегистрировано. Критичность: обычный приоритет.
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 1.7, Порядок 3.4.
Mon 2026-01-19 12:00     support1 on #3 says "Запрос принят."
    Mon 2026-01-19 17:00:00  #3 tells staff: process/warn-75 (п. 2.3, п. 1.8, due Mon 2026-01-19 19:00:00)
        ~ Приближается срок: обработка запроса (п. 2.3, п. 1.8).
        ~ Критичность: обычный приоритет.
        ~ Выполнить не позднее 19 января 2026 г., 19:00 (московское время, UTC+3).
        ~ На 19 января 2026 г., 17:00 (московское время, UTC+3) до срока оставалось: 2 часа рабочего времени.
    Mon 2026-01-19 19:00:01  #3 tells staff: process/due (п. 2.3, п. 1.8, due Mon 2026-01-19 19:00:00)
        assignee=support1
        ~ Нарушен срок: обработка запроса (п. 2.3, п. 1.8).
        ~ Критичность: обычный приоритет.
        ~ Срок истёк 19 января 2026 г., 19:00 (московское время, UTC+3), обязательство ещё не выполнено.
        ~ Назначен исполнитель: Sanjay Support.
Tue 2026-01-20 12:00     support2 on #3 status="In Progress" assignee=support2
Wed 2026-01-21 12:00     support2 on #3 says "Уведомления приходят." status=Resolved

# Приём 3.3: by mail, and without a contact; he is named in time. The other says nothing at all for days.
Mon 2026-01-26 11:00     customer1 creates #4 "Ошибка входа" Severity=non-critical "By mail"=да
    Mon 2026-01-26 11:00:01  #4 tells the customer: acknowledge/start (п. 1.7, Порядок 3.4)
        | Здравствуйте!
        | Ваше обращение № 4 получено и зарегистрировано. Критичность: обычный приоритет.
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 1.7, Порядок 3.4.
    Mon 2026-01-26 11:00:01  #4 tells staff: request-complete/start (Приём 3.3, Приём 3.4, due Tue 2026-01-27 11:00:00)
        ~ В обращении не хватает сведений (Приём 3.3, Приём 3.4): контактное лицо.
        ~ Попросите заказчика прислать их не позднее 27 января 2026 г., 11:00 (московское время, UTC+3).
Mon 2026-01-26 16:00     customer1 on #4 Contact="Анна, бухгалтерия"
Mon 2026-01-26 17:00     support1 on #4 says "Доступ открыт." assignee=support1 status=Resolved
Tue 2026-01-27 11:00     customer1 creates #5 "Не работает" Severity=non-critical text=none
    Tue 2026-01-27 11:00:01  #5 tells the customer: acknowledge/start (п. 1.7, Порядок 3.4)
        | Здравствуйте!
        | Ваше обращение № 5 получено и зарегистрировано. Критичность: обычный приоритет.
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 1.7, Порядок 3.4.
    Tue 2026-01-27 11:00:01  #5 tells staff: request-complete/start (Приём 3.3, Приём 3.4, due Wed 2026-01-28 11:00:00)
        ~ В обращении не хватает сведений (Приём 3.3, Приём 3.4): описание проблемы.
        ~ Попросите заказчика прислать их не позднее 28 января 2026 г., 11:00 (московское время, UTC+3).
Tue 2026-01-27 12:00     support1 on #5 says "Смотрим." assignee=support1 status="In Progress"
    Wed 2026-01-28 11:00:01  #5 tells staff: request-complete/due (Приём 3.3, Приём 3.4, due Wed 2026-01-28 11:00:00)
        ~ В обращении всё ещё не хватает сведений (Приём 3.3, Приём 3.4): описание проблемы.
        ~ Попросите заказчика их прислать.
Thu 2026-01-29 12:00     customer1 on #5 text="Не открывается архив."
Thu 2026-01-29 15:00     support1 on #5 says "Открывается." status=Resolved

# Порядок 3.9: it hangs on a third party. Told too late, then at once.
Mon 2026-02-02 11:00     customer1 creates #6 "Не проходит проверка подписи" Severity=non-critical
    Mon 2026-02-02 11:00:01  #6 tells the customer: acknowledge/start (п. 1.7, Порядок 3.4)
        | Здравствуйте!
        | Ваше обращение № 6 получено и зарегистрировано. Критичность: обычный приоритет.
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 1.7, Порядок 3.4.
Mon 2026-02-02 12:00     manager1 on #6 says "Проверяем." assignee=support1 status="In Progress"
Mon 2026-02-02 15:30     manager1 on #6 status=Frozen
    Tue 2026-02-03 12:30:00  #6 tells staff: tell-third-party/warn-75 (Порядок 3.9, due Tue 2026-02-03 15:30:00)
        ~ Выполнение обращения зависит от третьей стороны: об этом нужно сообщить заказчику (Порядок 3.9).
        ~ Публичный комментарий нужен не позднее 3 февраля 2026 г., 15:30 (московское время, UTC+3).
        ~ На 3 февраля 2026 г., 12:30 (московское время, UTC+3) до срока оставалось: 2 часа рабочего времени.
    Tue 2026-02-03 15:30:01  #6 tells staff: tell-third-party/due (Порядок 3.9, due Tue 2026-02-03 15:30:00)
        ~ Нарушен срок: уведомление о третьей стороне (Порядок 3.9).
        ~ Критичность: обычный приоритет.
        ~ Срок истёк 3 февраля 2026 г., 15:30 (московское время, UTC+3), обязательство ещё не выполнено.
Tue 2026-02-03 16:00     manager1 on #6 says "Ждём удостоверяющий центр."
Wed 2026-02-04 10:00     manager1 on #6 status="In Progress"
Wed 2026-02-04 11:00     manager1 on #6 says "Снова ждём удостоверяющий центр." status=Frozen
Thu 2026-02-05 11:00     manager1 on #6 status="In Progress"
Thu 2026-02-05 12:00     manager1 on #6 says "Проверка проходит." status=Resolved

# п. 2.7, not closing: a reminder each week, counted anew from each question, until the customer speaks.
Mon 2026-02-09 11:00     customer1 creates #7 "Пропал документ" Severity=non-critical
    Mon 2026-02-09 11:00:01  #7 tells the customer: acknowledge/start (п. 1.7, Порядок 3.4)
        | Здравствуйте!
        | Ваше обращение № 7 получено и зарегистрировано. Критичность: обычный приоритет.
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 1.7, Порядок 3.4.
Mon 2026-02-09 12:00     support1 on #7 says "Какой номер?" assignee=support1 status="Waiting for customer"
    Mon 2026-02-16 12:00:01  #7 tells the customer: remind-customer/due (п. 2.7, due Mon 2026-02-16 12:00:00)
        | Здравствуйте!
        | Напоминаем, что для продолжения работы над обращением № 7 нам нужен ваш ответ.
        | «Какой номер?»
        | Пожалуйста, ответьте комментарием к этому обращению.
        | Основание: регламент технической поддержки, п. 2.7.
Wed 2026-02-18 10:00     support1 on #7 says "Без номера не найти."
    Wed 2026-02-25 10:00:01  #7 tells the customer: remind-customer/due (п. 2.7, due Wed 2026-02-25 10:00:00)
        | Здравствуйте!
        | Напоминаем, что для продолжения работы над обращением № 7 нам нужен ваш ответ.
        | «Без номера не найти»
        | Пожалуйста, ответьте комментарием к этому обращению.
        | Основание: регламент технической поддержки, п. 2.7.
Thu 2026-02-26 11:00     customer1 on #7 says "Номер 17."
Thu 2026-02-26 12:00     support1 on #7 says "Найден." status=Resolved

# п. 2.7, closing: the reminder of the fourth business day names the date; then the request is closed. The answer comes three
# days later, and nobody touches the status for a day: it reaches staff, and the terms run anew.
Mon 2026-03-02 11:00     customer1 creates #8 "Не загружается файл" Severity=non-critical
    Mon 2026-03-02 11:00:01  #8 tells the customer: acknowledge/start (п. 1.7, Порядок 3.4)
        | Здравствуйте!
        | Ваше обращение № 8 получено и зарегистрировано. Критичность: обычный приоритет.
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 1.7, Порядок 3.4.
Mon 2026-03-02 12:00     support1 on #8 says "Пришлите файл, пожалуйста." assignee=support1 status="Waiting for customer"
    Fri 2026-03-06 12:00:00  #8 tells the customer: await-answer/warn-4bd (п. 2.7, due Tue 2026-03-10 19:00:00)
        | Здравствуйте!
        | Мы по-прежнему ждём вашего ответа по обращению № 8.
        | «Пришлите файл, пожалуйста»
        | Пожалуйста, ответьте комментарием к этому обращению. Если ответа не будет до 10 марта 2026 г., 19:00 (московское время, UTC+3), обращение будет закрыто с формулировкой «ответ от клиента не получен».
        | Основание: регламент технической поддержки, п. 2.7.
    Tue 2026-03-10 19:00:01  #8 tells the customer: await-answer/due (п. 2.7, due Tue 2026-03-10 19:00:00)
        status=Closed
        | Здравствуйте!
        | Обращение № 8 закрыто: ответ от клиента не получен. Мы ждали ответа на сообщение от 2 марта 2026 года.
        | Если вопрос ещё актуален, сообщите об этом комментарием к этому обращению или подайте новое.
        | Основание: регламент технической поддержки, п. 2.7.
# A file is an answer, too.
Wed 2026-03-11 11:00     customer1 creates #9 "Не загружается другой файл" Severity=non-critical
    Wed 2026-03-11 11:00:01  #9 tells the customer: acknowledge/start (п. 1.7, Порядок 3.4)
        | Здравствуйте!
        | Ваше обращение № 9 получено и зарегистрировано. Критичность: обычный приоритет.
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 1.7, Порядок 3.4.
Wed 2026-03-11 12:00     support1 on #9 says "Пришлите файл, пожалуйста." assignee=support1 status="Waiting for customer"
Fri 2026-03-13 11:00     customer1 on #8 says "Файл слишком велик, приложить не получается."
    Fri 2026-03-13 11:00:01  #8 tells staff: await-answer/answered (п. 2.7, due Tue 2026-03-10 19:00:00)
        ~ Заказчик ответил в обращении, которое было закрыто, потому что ответа не было (п. 2.7).
        ~ Ответ получен 13 марта 2026 г., 11:00 (московское время, UTC+3); с этого момента сроки по обращению идут заново.
        ~ Откройте обращение снова и продолжите работу.
    Fri 2026-03-13 18:00:00  #8 tells staff: process/warn-75 (п. 2.3, п. 1.8, due Mon 2026-03-16 11:00:00)
        ~ Приближается срок: обработка запроса (п. 2.3, п. 1.8).
        ~ Критичность: обычный приоритет.
        ~ Выполнить не позднее 16 марта 2026 г., 11:00 (московское время, UTC+3).
        ~ На 13 марта 2026 г., 18:00 (московское время, UTC+3) до срока оставалось: 2 часа рабочего времени.
Mon 2026-03-16 10:30     support1 on #8 says "Поделили файл на части, теперь он загружен."
    Tue 2026-03-17 12:00:00  #9 tells the customer: await-answer/warn-4bd (п. 2.7, due Wed 2026-03-18 19:00:00)
        | Здравствуйте!
        | Мы по-прежнему ждём вашего ответа по обращению № 9.
        | «Пришлите файл, пожалуйста»
        | Пожалуйста, ответьте комментарием к этому обращению. Если ответа не будет до 18 марта 2026 г., 19:00 (московское время, UTC+3), обращение будет закрыто с формулировкой «ответ от клиента не получен».
        | Основание: регламент технической поддержки, п. 2.7.
Wed 2026-03-18 11:00     customer1 on #9 attaches "файл.pdf"
Wed 2026-03-18 12:00     support1 on #9 says "Загружен." status=Resolved

# п. 2.7: taken into work, and made to wait in silence four days later: nobody was asked. Staff is told, nobody reminded; the
# second time the question comes within the hour.
Thu 2026-03-19 11:00     customer1 creates #10 "Не видно подписи" Severity=non-critical
    Thu 2026-03-19 11:00:01  #10 tells the customer: acknowledge/start (п. 1.7, Порядок 3.4)
        | Здравствуйте!
        | Ваше обращение № 10 получено и зарегистрировано. Критичность: обычный приоритет.
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 1.7, Порядок 3.4.
Thu 2026-03-19 12:00     support1 on #10 says "Принято в работу." assignee=support1 status="In Progress"
Mon 2026-03-23 12:00     support1 on #10 status="Waiting for customer"
    Mon 2026-03-23 13:00:01  #10 tells staff: not-asked/due (п. 2.7, due Mon 2026-03-23 13:00:00)
        ~ Обращение ждёт ответа заказчика, но заказчика ни о чём не спросили (п. 2.7).
        ~ Статус ожидания поставлен без вопроса: 23 марта 2026 г., 12:00 (московское время, UTC+3).
        ~ Задайте вопрос публичным комментарием или смените статус: пока вопроса нет, заказчику не напоминают и обращение не закрывается.
Mon 2026-03-23 16:00     support1 on #10 says "Какой у вас браузер?"
Tue 2026-03-24 11:00     customer1 on #10 says "Любой."
Tue 2026-03-24 12:00     support1 on #10 status="In Progress"
Tue 2026-03-24 15:00     support1 on #10 status="Waiting for customer"
Tue 2026-03-24 15:30     support1 on #10 says "А какой версии?"
Wed 2026-03-25 11:00     customer1 on #10 says "Последней."
Wed 2026-03-25 12:00     support1 on #10 says "Подпись видна." status=Resolved

Tue 2026-03-31 18:00     end
    #1 Вопрос до договора: normal
        entitlement created: cancelled, from Mon 2026-01-05 14:00:00, ended Mon 2026-01-05 14:00:00: failed by created
    #2 Не подписывается документ: high
        acknowledge created: met, from Mon 2026-01-12 11:00:00, ended Mon 2026-01-12 11:00:01: stopped by note-1
        process created: met, from Mon 2026-01-12 11:00:00, due Tue 2026-01-13 11:00:00, ended Tue 2026-01-13 10:59:00: stopped by note-3
        request-complete created: met, from Mon 2026-01-12 11:00:00, due Tue 2026-01-13 11:00:00, ended Mon 2026-01-12 11:00:00: stopped by created
        entitlement created: met, from Mon 2026-01-12 11:00:00, ended Mon 2026-01-12 11:00:00: stopped by created
    #3 Не приходит уведомление: normal
        acknowledge created: met, from Sat 2026-01-17 12:00:00, ended Sat 2026-01-17 12:00:01: stopped by note-1
        process created: breached, from Sat 2026-01-17 12:00:00, due Mon 2026-01-19 19:00:00, ended Mon 2026-01-19 19:00:01: stopped by note-4
        request-complete created: met, from Sat 2026-01-17 12:00:00, due Mon 2026-01-19 19:00:00, ended Sat 2026-01-17 12:00:00: stopped by created
        entitlement created: met, from Sat 2026-01-17 12:00:00, ended Sat 2026-01-17 12:00:00: stopped by created
    #4 Ошибка входа: normal
        acknowledge created: met, from Mon 2026-01-26 11:00:00, ended Mon 2026-01-26 11:00:01: stopped by note-1
        process created: met, from Mon 2026-01-26 11:00:00, due Tue 2026-01-27 11:00:00, ended Mon 2026-01-26 17:00:00: stopped by note-3
        request-complete created: met, from Mon 2026-01-26 11:00:00, due Tue 2026-01-27 11:00:00, ended Mon 2026-01-26 16:00:00: stopped by note-2
        entitlement created: met, from Mon 2026-01-26 11:00:00, ended Mon 2026-01-26 11:00:00: stopped by created
    #5 Не работает: normal
        acknowledge created: met, from Tue 2026-01-27 11:00:00, ended Tue 2026-01-27 11:00:01: stopped by note-1
        process created: met, from Tue 2026-01-27 11:00:00, due Wed 2026-01-28 11:00:00, ended Tue 2026-01-27 12:00:00: stopped by note-2
        request-complete created: ended, from Tue 2026-01-27 11:00:00, due Wed 2026-01-28 11:00:00, ended Thu 2026-01-29 12:00:00: stopped by note-4
        entitlement created: met, from Tue 2026-01-27 11:00:00, ended Tue 2026-01-27 11:00:00: stopped by created
    #6 Не проходит проверка подписи: normal
        acknowledge created: met, from Mon 2026-02-02 11:00:00, ended Mon 2026-02-02 11:00:01: stopped by note-1
        process created: met, from Mon 2026-02-02 11:00:00, due Tue 2026-02-03 11:00:00, ended Mon 2026-02-02 12:00:00: stopped by note-2
        request-complete created: met, from Mon 2026-02-02 11:00:00, due Tue 2026-02-03 11:00:00, ended Mon 2026-02-02 11:00:00: stopped by created
        tell-third-party note-3: breached, from Mon 2026-02-02 15:30:00, due Tue 2026-02-03 15:30:00, ended Tue 2026-02-03 16:00:00: stopped by note-6
        tell-third-party note-8: met, from Wed 2026-02-04 11:00:00, due Thu 2026-02-05 11:00:00, ended Wed 2026-02-04 11:00:00: stopped by note-8
        entitlement created: met, from Mon 2026-02-02 11:00:00, ended Mon 2026-02-02 11:00:00: stopped by created
    #7 Пропал документ: normal
        acknowledge created: met, from Mon 2026-02-09 11:00:00, ended Mon 2026-02-09 11:00:01: stopped by note-1
        process created: met, from Mon 2026-02-09 11:00:00, due Tue 2026-02-10 11:00:00, ended Mon 2026-02-09 12:00:00: stopped by note-2
        remind-customer note-2: ended, from Mon 2026-02-09 12:00:00, due Mon 2026-02-16 12:00:00, ended Mon 2026-02-16 12:00:00: due
        remind-customer note-2~1: cancelled, from Mon 2026-02-16 12:00:00, due Mon 2026-02-23 12:00:00, ended Wed 2026-02-18 10:00:00: again by note-4
        remind-customer note-4: ended, from Wed 2026-02-18 10:00:00, due Wed 2026-02-25 10:00:00, ended Wed 2026-02-25 10:00:00: due
        remind-customer note-4~1: met, from Wed 2026-02-25 10:00:00, due Wed 2026-03-04 10:00:00, ended Thu 2026-02-26 11:00:00: stopped by note-6
        request-complete created: met, from Mon 2026-02-09 11:00:00, due Tue 2026-02-10 11:00:00, ended Mon 2026-02-09 11:00:00: stopped by created
        entitlement created: met, from Mon 2026-02-09 11:00:00, ended Mon 2026-02-09 11:00:00: stopped by created
    #8 Не загружается файл: normal
        acknowledge created: met, from Mon 2026-03-02 11:00:00, ended Mon 2026-03-02 11:00:01: stopped by note-1
        process created: met, from Mon 2026-03-02 11:00:00, due Tue 2026-03-03 11:00:00, ended Mon 2026-03-02 12:00:00: stopped by note-2
        process note-5: met, from Fri 2026-03-13 11:00:00, due Mon 2026-03-16 11:00:00, ended Mon 2026-03-16 10:30:00: stopped by note-8
        await-answer note-2: ended, from Mon 2026-03-02 12:00:00, due Tue 2026-03-10 19:00:00, ended Tue 2026-03-10 19:00:01: closed-by-silence by note-4
        remind-customer note-2: cancelled, from Mon 2026-03-02 12:00:00, due Fri 2026-03-13 12:00:00, ended Tue 2026-03-10 19:00:01: closed-by-silence by note-4
        request-complete created: met, from Mon 2026-03-02 11:00:00, due Tue 2026-03-03 11:00:00, ended Mon 2026-03-02 11:00:00: stopped by created
        entitlement created: met, from Mon 2026-03-02 11:00:00, ended Mon 2026-03-02 11:00:00: stopped by created
    #9 Не загружается другой файл: normal
        acknowledge created: met, from Wed 2026-03-11 11:00:00, ended Wed 2026-03-11 11:00:01: stopped by note-1
        process created: met, from Wed 2026-03-11 11:00:00, due Thu 2026-03-12 11:00:00, ended Wed 2026-03-11 12:00:00: stopped by note-2
        await-answer note-2: met, from Wed 2026-03-11 12:00:00, due Wed 2026-03-18 19:00:00, ended Wed 2026-03-18 11:00:00: stopped by note-4
        remind-customer note-2: met, from Wed 2026-03-11 12:00:00, due Tue 2026-03-24 12:00:00, ended Wed 2026-03-18 11:00:00: stopped by note-4
        request-complete created: met, from Wed 2026-03-11 11:00:00, due Thu 2026-03-12 11:00:00, ended Wed 2026-03-11 11:00:00: stopped by created
        entitlement created: met, from Wed 2026-03-11 11:00:00, ended Wed 2026-03-11 11:00:00: stopped by created
    #10 Не видно подписи: normal
        acknowledge created: met, from Thu 2026-03-19 11:00:00, ended Thu 2026-03-19 11:00:01: stopped by note-1
        process created: met, from Thu 2026-03-19 11:00:00, due Fri 2026-03-20 11:00:00, ended Thu 2026-03-19 12:00:00: stopped by note-2
        await-answer note-5: met, from Mon 2026-03-23 16:00:00, due Mon 2026-03-30 19:00:00, ended Tue 2026-03-24 11:00:00: stopped by note-6
        await-answer note-9: met, from Tue 2026-03-24 15:30:00, due Tue 2026-03-31 19:00:00, ended Wed 2026-03-25 11:00:00: stopped by note-10
        not-asked note-3: ended, from Mon 2026-03-23 12:00:00, due Mon 2026-03-23 13:00:00, ended Mon 2026-03-23 16:00:00: stopped by note-5
        not-asked note-8: met, from Tue 2026-03-24 15:00:00, due Tue 2026-03-24 16:00:00, ended Tue 2026-03-24 15:30:00: stopped by note-9
        remind-customer note-5: met, from Mon 2026-03-23 16:00:00, due Mon 2026-03-30 16:00:00, ended Tue 2026-03-24 11:00:00: stopped by note-6
        remind-customer note-9: met, from Tue 2026-03-24 15:30:00, due Tue 2026-03-31 15:30:00, ended Wed 2026-03-25 11:00:00: stopped by note-10
        request-complete created: met, from Thu 2026-03-19 11:00:00, due Fri 2026-03-20 11:00:00, ended Thu 2026-03-19 11:00:00: stopped by created
        entitlement created: met, from Thu 2026-03-19 11:00:00, ended Thu 2026-03-19 11:00:00: stopped by created
    the contract as a whole
    the report
        registration notice (clause 1.7; section “Порядок”, 3.4)
          kept 9, escalated 0, breached 0 (excused 0), not judged 0, cancelled 0,
          running 0
          kept 100 %
        processing of the request (clauses 2.3, 1.8)
          kept 9, escalated 0, breached 1 (excused 0), not judged 0, cancelled 0,
          running 0
          kept 90 %
        notice of a third party (section “Порядок”, 3.9)
          kept 1, escalated 0, breached 1 (excused 0), not judged 0, cancelled 0,
          running 0
          kept 50 %
        how this is counted
          Each cycle is counted once. Kept: done in time, by whomever the contract
          leaves it to. Escalated: the contract promises exactly what slabridge did at
          the due, whole and within 10 minutes. Breached: neither; an excused breach
          stays one. Not judged: due before slabridge watched, or not to be judged
          because of a fault. The share is kept and escalated among kept, escalated and
          breached.
        accounts
          billable time (section “Порядок”, 3.11), 2026-01
            billable half hours: 2
          billable time (section “Порядок”, 3.11), 2026-01
            entries of booked time: 2
        requests created in the period, by severity
          high priority: 1
          normal priority: 9
        closed for want of an answer, with each reminder
          #8  closed because the customer did not answer, waiting for the customer's answer
            Не загружается файл
            Fri 2026-03-06 12:00:00 +03 “waiting for the customer's answer, 4 business
            days after the start” note-3
            Tue 2026-03-10 19:00:01 +03 “waiting for the customer's answer, at the
            deadline” note-4
        other exceptions
          #1  outside the contract's validity
            Вопрос до договора
