# vendor-kz, the first quarter of 2026. Almaty, Mon-Fri 09:00-18:00; days off: 7 January, 9 March, Nauryz from 21 to 25 March.
# The promises of two and three hours run round the clock.
contract vendor-kz
starts Thu 2026-01-01 12:00
person customer1 Customer
person support1 "Support engineer"
person support2 "Support engineer"
person dev1 Developer
person manager1 Manager
right Customer edit_own_issues
field "Agreed"
field "Visit requested"
field "Arrived"
mapping:
    severity:
      - {is: fault, when: {field: Severity, in: [critical]}}
      - {is: request}
    fields:
      - {is: agreed, field: "Agreed"}
      - {is: on-site-requested, field: "Visit requested"}
      - {is: arrived, field: "Arrived"}
      - {is: cause-report, attachment: ["*причин*"]}
contract:
    account: {sum: 1000000, currency: тенге, rate: 20000, changes: [{tracker: [Feature]}], watch_issue: "#0"}
    duties:
      - {obligation: quarterly-delivery, id: product, period: quarter, project: DESK, tracker: Support, subject: "Сдача Продукта в программный фонд, {{.Period}}", assign: support}
      - {obligation: quarterly-delivery, id: documents, period: quarter, project: DESK, tracker: Support, subject: "Сдача документации, {{.Period}}", assign: developers}
      - {obligation: standing-duty, id: archive, period: month, project: DESK, tracker: Support, subject: "Проверка архивных копий, {{.Period}}", assign: duty}

# Installed on 1 January, when the quarter and the month run already: their duties are made into issues at the next opening.
# #D1 and #D2 are of the quarter, #D3 of January.

# A fault, all of it in time: someone has it, п. 2 a date is agreed within two hours, п. 3 it is kept, п. 7 the causes are told.
Mon 2026-01-12 10:00     customer1 creates #1 "Ошибка при сохранении" Severity=critical
    Mon 2026-01-05 09:00:00  #D1 is made: quarterly-delivery/start (п. 10, due Tue 2026-03-31 18:00:00)
        Сдача Продукта в программный фонд, I квартал 2026 г., Support, assignee=support1, due=2026-03-31
        ~ Обязательство по договору за I квартал 2026 г.: сдача в программный фонд (п. 10).
        ~ Договор: Поставщик с поддержкой в Redmine.
        ~ Срок: не позднее 31 марта 2026 г., 18:00 (время Алматы, UTC+5).
        ~ Когда обязательство выполнено, закройте эту задачу: по её закрытию оно считается исполненным.
    Mon 2026-01-05 09:00:00  #D2 is made: quarterly-delivery/start (п. 10, due Tue 2026-03-31 18:00:00)
        Сдача документации, I квартал 2026 г., Support, assignee=dev1, due=2026-03-31
        ~ Обязательство по договору за I квартал 2026 г.: сдача в программный фонд (п. 10).
        ~ Договор: Поставщик с поддержкой в Redmine.
        ~ Срок: не позднее 31 марта 2026 г., 18:00 (время Алматы, UTC+5).
        ~ Когда обязательство выполнено, закройте эту задачу: по её закрытию оно считается исполненным.
    Mon 2026-01-05 09:00:00  #D3 is made: standing-duty/start (пп. 8, 9, 12, 13, due Fri 2026-01-30 18:00:00)
        Проверка архивных копий, январь 2026 г., Support, assignee=support2, due=2026-01-30
        ~ Обязательство по договору за январь 2026 г.: постоянная обязанность (пп. 8, 9, 12, 13).
        ~ Договор: Поставщик с поддержкой в Redmine.
        ~ Срок: не позднее 30 января 2026 г., 18:00 (время Алматы, UTC+5).
        ~ Когда обязательство выполнено, закройте эту задачу: по её закрытию оно считается исполненным.
Mon 2026-01-12 10:20     support1 on #1 assignee=support1
    Mon 2026-01-12 11:00:00  #1 tells staff: agree-due-date/warn-50 (п. 2, due Mon 2026-01-12 12:00:00)
        ~ Нужно назначить дату исполнения и согласовать её с заказчиком (п. 2).
        ~ Сделать это нужно не позднее 12 января 2026 г., 12:00 (время Алматы, UTC+5).
        ~ На 12 января 2026 г., 11:00 (время Алматы, UTC+5) до срока оставалось: 1 час.
Mon 2026-01-12 11:30     support1 on #1 due=2026-01-16 Agreed=да says "Исправим к пятнице, согласовано по телефону."
Thu 2026-01-15 15:00     support1 on #1 says "Исправлено, сохранение работает." status=Resolved
Mon 2026-01-19 09:30     support2 on #D3 says "Копии проверены." status=Closed
Mon 2026-01-19 11:00     support1 on #1 attaches "отчёт о причинах.pdf"

# A fault of the evening that nobody takes: the person on duty gets it after a working hour. No date within two hours; the date
# set then passes, and nobody tells of the causes.
Thu 2026-01-22 17:00     customer1 creates #2 "Не работает печать" Severity=critical
    Thu 2026-01-22 18:00:00  #2 tells staff: agree-due-date/warn-50 (п. 2, due Thu 2026-01-22 19:00:00)
        ~ Нужно назначить дату исполнения и согласовать её с заказчиком (п. 2).
        ~ Сделать это нужно не позднее 22 января 2026 г., 19:00 (время Алматы, UTC+5).
        ~ На 22 января 2026 г., 18:00 (время Алматы, UTC+5) до срока оставалось: 1 час.
    Thu 2026-01-22 18:00:01  #2 tells staff: has-owner/due (абзац о Redmine, due Thu 2026-01-22 18:00:00)
        assignee=support2
        ~ У обращения нет исполнителя (абзац о Redmine).
        ~ Оно ни за кем не закреплено с 22 января 2026 г., 17:00 (время Алматы, UTC+5).
        ~ Назначен исполнитель: Svetlana Support.
    Thu 2026-01-22 19:00:01  #2 tells staff: agree-due-date/due (п. 2, due Thu 2026-01-22 19:00:00)
        ~ Дата исполнения не назначена или не согласована с заказчиком вовремя (п. 2).
        ~ Срок истёк 22 января 2026 г., 19:00 (время Алматы, UTC+5).
        ~ Укажите дату исполнения и сообщите её заказчику.
Thu 2026-01-22 20:00     support2 on #2 due=2026-01-26 Agreed=да says "Исправим к понедельнику, вы согласны."
    Fri 2026-01-23 18:00:00  #2 tells staff: keep-agreed-date/warn-1bd (п. 3, due Mon 2026-01-26 18:00:00)
        ~ Приближается согласованная дата исполнения: 26 января 2026 года (п. 3).
        ~ Решить обращение и сообщить заказчику результат нужно не позднее 26 января 2026 г., 18:00 (время Алматы, UTC+5).
    Mon 2026-01-26 18:00:01  #2 tells staff: keep-agreed-date/due (п. 3, due Mon 2026-01-26 18:00:00)
        ~ Результат не предоставлен заказчику к согласованной дате: 26 января 2026 года (п. 3).
        ~ Срок истёк 26 января 2026 г., 18:00 (время Алматы, UTC+5).
        ~ Добавлены наблюдатели: Maria Manager.
        watched by Maria Manager
Tue 2026-01-27 12:00     support2 on #2 says "Печать работает." status=Resolved
    Thu 2026-01-29 11:49:12  #2 tells staff: cause-report/warn-66 (п. 7, due Fri 2026-01-30 12:00:00)
        ~ Заказчику нужен отчёт о причинах сбоя (п. 7): подробное описание причин и меры, чтобы сбой не повторился.
        ~ Исполнитель: Svetlana Support.
        ~ Отчёт нужен не позднее 30 января 2026 г., 12:00 (время Алматы, UTC+5).
        ~ На 29 января 2026 г., 11:49 (время Алматы, UTC+5) до срока оставалось: 9 часов 10 минут рабочего времени.
    Fri 2026-01-30 12:00:01  #2 tells staff: cause-report/due (п. 7, due Fri 2026-01-30 12:00:00)
        ~ Отчёт о причинах сбоя не предоставлен в срок (п. 7).
        ~ Исполнитель: Svetlana Support.
        ~ Срок истёк 30 января 2026 г., 12:00 (время Алматы, UTC+5).
    Mon 2026-02-02 09:00:00  #D4 is made: standing-duty/start (пп. 8, 9, 12, 13, due Fri 2026-02-27 18:00:00)
        Проверка архивных копий, февраль 2026 г., Support, assignee=support2, due=2026-02-27
        ~ Обязательство по договору за февраль 2026 г.: постоянная обязанность (пп. 8, 9, 12, 13).
        ~ Договор: Поставщик с поддержкой в Redmine.
        ~ Срок: не позднее 27 февраля 2026 г., 18:00 (время Алматы, UTC+5).
        ~ Когда обязательство выполнено, закройте эту задачу: по её закрытию оно считается исполненным.
Mon 2026-02-02 10:00     support2 on #2 attaches "причины сбоя печати.pdf"

# п. 3: moved later, and the customer agrees: the new date stands once his consent is recorded in the field.
Mon 2026-02-02 10:30     customer1 creates #3 "Пропадают записи" Severity=critical
Mon 2026-02-02 10:40     support1 on #3 assignee=support1 due=2026-02-06 Agreed=да says "Исправим к 6-му, согласовано."
Wed 2026-02-04 12:00     support1 on #3 due=2026-02-13 Agreed=none says "Нужно больше времени, до 13-го."
Thu 2026-02-05 09:30     customer1 on #3 says "Хорошо, 13-го."
Thu 2026-02-05 10:00     support1 on #3 Agreed=да
Thu 2026-02-12 17:00     support1 on #3 says "Записи на месте." status=Resolved
Fri 2026-02-13 10:00     support1 on #3 attaches "о причинах пропажи.pdf"

# Moved later, and the customer merely sends a picture: that is no consent, and the old date stands. Moved earlier before: binding at once.
Mon 2026-02-16 10:00     customer1 creates #4 "Двоятся документы" Severity=critical
Mon 2026-02-16 10:15     support1 on #4 assignee=support1 due=2026-02-19 Agreed=да says "Исправим к 19-му, согласовано."
Mon 2026-02-16 16:00     support1 on #4 due=2026-02-18
Tue 2026-02-17 10:00     support1 on #4 due=2026-02-25 Agreed=none says "Нужно время до 25-го."
Tue 2026-02-17 11:00     customer1 on #4 says "Вот ещё один снимок экрана."
    Tue 2026-02-17 18:00:00  #4 tells staff: keep-agreed-date/warn-1bd (п. 3, due Wed 2026-02-18 18:00:00)
        ~ Приближается согласованная дата исполнения: 18 февраля 2026 года (п. 3).
        ~ Решить обращение и сообщить заказчику результат нужно не позднее 18 февраля 2026 г., 18:00 (время Алматы, UTC+5).
        ~ Дата уже переносилась: 2 раза.
    Wed 2026-02-18 18:00:01  #4 tells staff: keep-agreed-date/due (п. 3, due Wed 2026-02-18 18:00:00)
        ~ Результат не предоставлен заказчику к согласованной дате: 18 февраля 2026 года (п. 3).
        ~ Срок истёк 18 февраля 2026 г., 18:00 (время Алматы, UTC+5).
        ~ Дата уже переносилась: 2 раза.
        ~ Добавлены наблюдатели: Maria Manager.
        watched by Maria Manager
Fri 2026-02-20 10:00     support1 on #4 says "Больше не двоятся." status=Resolved
Fri 2026-02-20 12:00     support1 on #4 attaches "причины двоения.pdf"

# п. 11: changes up to 15 % of the contract's sum: told at 80 and at 100 % of that, and of more. The month's duty is done.
Tue 2026-02-24 10:00     customer1 creates #5 "Новый отчёт" tracker=Feature Severity=minor assignee=support1
Tue 2026-02-24 12:00     dev1 on #5 books 5h Development
Tue 2026-02-24 15:00     dev1 on #5 books 1h Development
    Tue 2026-02-24 15:00:01  #0 tells staff: change-cap/warn-80 (п. 11)
        ~ Стоимость доработок достигла 80 % допустимой (п. 11).
        ~ Сумма доработок: 120 000, допустимо не более 150 000.
Wed 2026-02-25 12:00     dev1 on #5 books 90m Development
    Wed 2026-02-25 12:00:01  #0 tells staff: change-cap/due (п. 11)
        ~ Стоимость доработок достигла 100 % допустимой (п. 11).
        ~ Сумма доработок: 150 000, допустимо не более 150 000.
Wed 2026-02-25 13:00     dev1 on #5 books 30m Development
    Wed 2026-02-25 13:00:01  #0 tells staff: change-cap/exceeded (п. 11)
        ~ Стоимость доработок превысила допустимую (п. 11).
        ~ Сумма доработок: 160 000, допустимо не более 150 000.
Wed 2026-02-25 15:00     support1 on #5 says "Отчёт готов." status=Resolved
    Fri 2026-02-27 18:00:01  #D4 tells staff: standing-duty/due (пп. 8, 9, 12, 13, due Fri 2026-02-27 18:00:00)
        ~ Нарушен срок за февраль 2026 г.: постоянная обязанность (пп. 8, 9, 12, 13).
        ~ Срок истёк 27 февраля 2026 г., 18:00 (время Алматы, UTC+5), задача ещё не закрыта.
    Mon 2026-03-02 09:00:00  #D5 is made: standing-duty/start (пп. 8, 9, 12, 13, due Tue 2026-03-31 18:00:00)
        Проверка архивных копий, март 2026 г., Support, assignee=support2, due=2026-03-31
        ~ Обязательство по договору за март 2026 г.: постоянная обязанность (пп. 8, 9, 12, 13).
        ~ Договор: Поставщик с поддержкой в Redmine.
        ~ Срок: не позднее 31 марта 2026 г., 18:00 (время Алматы, UTC+5).
        ~ Когда обязательство выполнено, закройте эту задачу: по её закрытию оно считается исполненным.

# Taken from its owner and given to another within the hour; then left to nobody.
Tue 2026-03-03 10:00     customer1 creates #6 "Вопрос по отчёту" Severity=minor
Tue 2026-03-03 10:10     support1 on #6 assignee=support1
Tue 2026-03-03 11:00     support1 on #6 assignee=none
Tue 2026-03-03 11:40     support2 on #6 assignee=support2
Wed 2026-03-04 17:30     support2 on #6 assignee=none
    Thu 2026-03-05 09:30:01  #6 tells staff: has-owner/due (абзац о Redmine, due Thu 2026-03-05 09:30:00)
        assignee=support2
        ~ У обращения нет исполнителя (абзац о Redmine).
        ~ Оно ни за кем не закреплено с 4 марта 2026 г., 17:30 (время Алматы, UTC+5).
        ~ Назначен исполнитель: Svetlana Support.
Thu 2026-03-05 11:00     support2 on #6 says "Отчёт описан в приложении." status=Resolved

# п. 6: on the spot within three hours, on a Saturday too. Once a minute late.
Sat 2026-03-14 10:00     customer1 creates #7 "Нужна помощь на месте" Severity=minor "Visit requested"="2026-03-14 10:00"
Sat 2026-03-14 10:20     support1 on #7 assignee=support1
    Sat 2026-03-14 11:30:00  #7 tells staff: on-site/warn-50 (п. 6, due Sat 2026-03-14 13:00:00)
        ~ Нужно прибыть к заказчику на место (п. 6).
        ~ Прибыть и отметить прибытие в обращении нужно не позднее 14 марта 2026 г., 13:00 (время Алматы, UTC+5).
        ~ На 14 марта 2026 г., 11:30 (время Алматы, UTC+5) до срока оставалось: 1 час 30 минут.
    Sat 2026-03-14 13:00:01  #7 tells staff: on-site/due (п. 6, due Sat 2026-03-14 13:00:00)
        ~ Прибытие к заказчику на место не отмечено в срок (п. 6).
        ~ Срок истёк 14 марта 2026 г., 13:00 (время Алматы, UTC+5).
        ~ Если специалист уже прибыл, отметьте в обращении, когда это произошло.
        ~ Добавлены наблюдатели: Maria Manager.
        watched by Maria Manager
Sat 2026-03-14 13:05     support1 on #7 Arrived="2026-03-14 13:00"
Mon 2026-03-16 09:00     support1 on #7 "Visit requested"="2026-03-16 08:50" Arrived=none
    Mon 2026-03-16 10:20:00  #7 tells staff: on-site/warn-50 (п. 6, due Mon 2026-03-16 11:50:00)
        ~ Нужно прибыть к заказчику на место (п. 6).
        ~ Прибыть и отметить прибытие в обращении нужно не позднее 16 марта 2026 г., 11:50 (время Алматы, UTC+5).
        ~ На 16 марта 2026 г., 10:20 (время Алматы, UTC+5) до срока оставалось: 1 час 30 минут.
    Mon 2026-03-16 11:50:01  #7 tells staff: on-site/due (п. 6, due Mon 2026-03-16 11:50:00)
        ~ Прибытие к заказчику на место не отмечено в срок (п. 6).
        ~ Срок истёк 16 марта 2026 г., 11:50 (время Алматы, UTC+5).
        ~ Если специалист уже прибыл, отметьте в обращении, когда это произошло.
Mon 2026-03-16 12:00     support1 on #7 Arrived="2026-03-16 11:51"
Mon 2026-03-16 14:00     support1 on #7 says "Сделано." status=Resolved

# The date is a day of Nauryz: due at the close of the next working day, the 26th.
Thu 2026-03-19 17:00     customer1 creates #8 "Не считаются итоги" Severity=critical
Thu 2026-03-19 17:10     support1 on #8 assignee=support1 due=2026-03-23 Agreed=да says "Исправим к 23-му, согласовано."
    Thu 2026-03-19 18:00:00  #D1 tells staff: quarterly-delivery/warn-5bd (п. 10, due Tue 2026-03-31 18:00:00)
        ~ Приближается срок за I квартал 2026 г.: сдача в программный фонд (п. 10).
        ~ Выполнить обязательство и закрыть эту задачу нужно не позднее 31 марта 2026 г., 18:00 (время Алматы, UTC+5).
    Thu 2026-03-19 18:00:00  #D2 tells staff: quarterly-delivery/warn-5bd (п. 10, due Tue 2026-03-31 18:00:00)
        ~ Приближается срок за I квартал 2026 г.: сдача в программный фонд (п. 10).
        ~ Выполнить обязательство и закрыть эту задачу нужно не позднее 31 марта 2026 г., 18:00 (время Алматы, UTC+5).

# п. 3: moved into the past by mistake: that binds nothing, and staff is told.
Thu 2026-03-19 18:20     customer1 creates #9 "Не сохраняются итоги" Severity=critical
Thu 2026-03-19 18:30     support1 on #9 assignee=support1 due=2026-03-27 Agreed=да says "Исправим к 27-му, согласовано."

# п. 2: the date is told, and the customer agreed by phone: that is recorded beside the tracker. Then he moves it later himself.
Fri 2026-03-20 09:30     customer1 creates #10 "Не печатаются итоги" Severity=critical
Fri 2026-03-20 09:40     support1 on #10 assignee=support1 due=2026-03-20 says "Исправим сегодня."
Fri 2026-03-20 09:50     support1 on #9 due=2026-03-19
    Fri 2026-03-20 09:50:01  #9 tells staff: keep-agreed-date/past-date (п. 3)
        ~ Указанная дата исполнения уже прошла: 19 марта 2026 года (п. 3). Она ни к чему не обязывает.
        ~ Укажите дату, которая ещё не наступила, и согласуйте её с заказчиком.
Fri 2026-03-20 10:00     admin1 on #10 records "по телефону"
Fri 2026-03-20 10:30     support1 on #9 due=2026-03-27
Fri 2026-03-20 15:00     customer1 on #10 due=2026-03-27 says "Можно и после праздника."
    Fri 2026-03-20 18:00:00  #8 tells staff: keep-agreed-date/warn-1bd (п. 3, due Thu 2026-03-26 18:00:00)
        ~ Приближается согласованная дата исполнения: 23 марта 2026 года (п. 3).
        ~ Решить обращение и сообщить заказчику результат нужно не позднее 26 марта 2026 г., 18:00 (время Алматы, UTC+5).
Thu 2026-03-26 18:00:00  support1 on #8 says "Итоги считаются." status=Resolved
    Thu 2026-03-26 18:00:01  #9 tells staff: keep-agreed-date/warn-1bd (п. 3, due Fri 2026-03-27 18:00:00)
        ~ Приближается согласованная дата исполнения: 27 марта 2026 года (п. 3).
        ~ Решить обращение и сообщить заказчику результат нужно не позднее 27 марта 2026 г., 18:00 (время Алматы, UTC+5).
        ~ Дата уже переносилась: 2 раза.
    Thu 2026-03-26 18:00:01  #10 tells staff: keep-agreed-date/warn-1bd (п. 3, due Fri 2026-03-27 18:00:00)
        ~ Приближается согласованная дата исполнения: 27 марта 2026 года (п. 3).
        ~ Решить обращение и сообщить заказчику результат нужно не позднее 27 марта 2026 г., 18:00 (время Алматы, UTC+5).
        ~ Дата уже переносилась: 1 раз.
Fri 2026-03-27 10:00     support1 on #8 attaches "о причинах.pdf"
Fri 2026-03-27 11:00     support1 on #9 says "Итоги сохраняются." status=Resolved
Fri 2026-03-27 12:00     support1 on #10 says "Итоги печатаются." status=Resolved
Fri 2026-03-27 12:30     support1 on #9 attaches "причины отказа.pdf"
Fri 2026-03-27 12:40     support1 on #10 attaches "причины отказа печати.pdf"

Mon 2026-03-30 15:00     support1 on #D1 says "Акт подписан." status=Closed
    Tue 2026-03-31 18:00:01  #D2 tells staff: quarterly-delivery/due (п. 10, due Tue 2026-03-31 18:00:00)
        ~ Нарушен срок за I квартал 2026 г.: сдача в программный фонд (п. 10).
        ~ Срок истёк 31 марта 2026 г., 18:00 (время Алматы, UTC+5), задача ещё не закрыта.
    Tue 2026-03-31 18:00:01  #D5 tells staff: standing-duty/due (пп. 8, 9, 12, 13, due Tue 2026-03-31 18:00:00)
        ~ Нарушен срок за март 2026 г.: постоянная обязанность (пп. 8, 9, 12, 13).
        ~ Срок истёк 31 марта 2026 г., 18:00 (время Алматы, UTC+5), задача ещё не закрыта.
Wed 2026-04-01 08:00     end
    #1 Ошибка при сохранении: fault
        agree-due-date created: met, from Mon 2026-01-12 10:00:00, due Mon 2026-01-12 12:00:00, ended Mon 2026-01-12 11:30:00: stopped by note-3
        keep-agreed-date note-3: met, from Mon 2026-01-12 11:30:00, due Fri 2026-01-16 18:00:00, ended Thu 2026-01-15 15:00:00: stopped by note-4
        cause-report note-4: met, from Thu 2026-01-15 15:00:00, due Tue 2026-01-20 15:00:00, ended Mon 2026-01-19 11:00:00: stopped by note-5
        has-owner created: met, from Mon 2026-01-12 10:00:00, due Mon 2026-01-12 11:00:00, ended Mon 2026-01-12 10:20:00: stopped by note-1
    #2 Не работает печать: fault
        agree-due-date created: breached, from Thu 2026-01-22 17:00:00, due Thu 2026-01-22 19:00:00, ended Thu 2026-01-22 20:00:00: stopped by note-4
        keep-agreed-date note-4: breached, from Thu 2026-01-22 20:00:00, due Mon 2026-01-26 18:00:00, ended Tue 2026-01-27 12:00:00: stopped by note-7
        cause-report note-7: breached, from Tue 2026-01-27 12:00:00, due Fri 2026-01-30 12:00:00, ended Mon 2026-02-02 10:00:00: stopped by note-10
        has-owner created: breached, from Thu 2026-01-22 17:00:00, due Thu 2026-01-22 18:00:00, ended Thu 2026-01-22 18:00:01: stopped by note-2
    #3 Пропадают записи: fault
        agree-due-date created: met, from Mon 2026-02-02 10:30:00, due Mon 2026-02-02 12:30:00, ended Mon 2026-02-02 10:40:00: stopped by note-1
        keep-agreed-date note-1: met, from Mon 2026-02-02 10:40:00, due Fri 2026-02-13 18:00:00, ended Thu 2026-02-12 17:00:00: stopped by note-5
        cause-report note-5: met, from Thu 2026-02-12 17:00:00, due Tue 2026-02-17 17:00:00, ended Fri 2026-02-13 10:00:00: stopped by note-6
        has-owner created: met, from Mon 2026-02-02 10:30:00, due Mon 2026-02-02 11:30:00, ended Mon 2026-02-02 10:40:00: stopped by note-1
    #4 Двоятся документы: fault
        agree-due-date created: met, from Mon 2026-02-16 10:00:00, due Mon 2026-02-16 12:00:00, ended Mon 2026-02-16 10:15:00: stopped by note-1
        keep-agreed-date note-1: breached, from Mon 2026-02-16 10:15:00, due Wed 2026-02-18 18:00:00, ended Fri 2026-02-20 10:00:00: stopped by note-7
        cause-report note-7: met, from Fri 2026-02-20 10:00:00, due Wed 2026-02-25 10:00:00, ended Fri 2026-02-20 12:00:00: stopped by note-8
        has-owner created: met, from Mon 2026-02-16 10:00:00, due Mon 2026-02-16 11:00:00, ended Mon 2026-02-16 10:15:00: stopped by note-1
    #5 Новый отчёт: request
    #6 Вопрос по отчёту: request
        has-owner created: met, from Tue 2026-03-03 10:00:00, due Tue 2026-03-03 11:00:00, ended Tue 2026-03-03 10:10:00: stopped by note-1
        has-owner note-2: met, from Tue 2026-03-03 11:00:00, due Tue 2026-03-03 12:00:00, ended Tue 2026-03-03 11:40:00: stopped by note-3
        has-owner note-4: breached, from Wed 2026-03-04 17:30:00, due Thu 2026-03-05 09:30:00, ended Thu 2026-03-05 09:30:01: stopped by note-5
    #7 Нужна помощь на месте: request
        on-site created: met, from Sat 2026-03-14 10:00:00, due Sat 2026-03-14 13:00:00, ended Sat 2026-03-14 13:00:00: stopped by note-4
        on-site note-5: breached, from Mon 2026-03-16 08:50:00, due Mon 2026-03-16 11:50:00, ended Mon 2026-03-16 11:51:00: stopped by note-8
        has-owner created: met, from Sat 2026-03-14 10:00:00, due Mon 2026-03-16 10:00:00, ended Sat 2026-03-14 10:20:00: stopped by note-1
    #8 Не считаются итоги: fault
        agree-due-date created: met, from Thu 2026-03-19 17:00:00, due Thu 2026-03-19 19:00:00, ended Thu 2026-03-19 17:10:00: stopped by note-1
        keep-agreed-date note-1: met, from Thu 2026-03-19 17:10:00, due Thu 2026-03-26 18:00:00, ended Thu 2026-03-26 18:00:00: stopped by note-3
        cause-report note-3: met, from Thu 2026-03-26 18:00:00, due Tue 2026-03-31 18:00:00, ended Fri 2026-03-27 10:00:00: stopped by note-4
        has-owner created: met, from Thu 2026-03-19 17:00:00, due Thu 2026-03-19 18:00:00, ended Thu 2026-03-19 17:10:00: stopped by note-1
    #9 Не сохраняются итоги: fault
        agree-due-date created: met, from Thu 2026-03-19 18:20:00, due Thu 2026-03-19 20:20:00, ended Thu 2026-03-19 18:30:00: stopped by note-1
        keep-agreed-date note-1: met, from Thu 2026-03-19 18:30:00, due Fri 2026-03-27 18:00:00, ended Fri 2026-03-27 11:00:00: stopped by note-6
        keep-agreed-date note-2: cancelled, from Fri 2026-03-20 09:50:00, ended Fri 2026-03-20 09:50:00: past-date by note-2
        cause-report note-6: met, from Fri 2026-03-27 11:00:00, due Wed 2026-04-01 11:00:00, ended Fri 2026-03-27 12:30:00: stopped by note-7
        has-owner created: met, from Thu 2026-03-19 18:20:00, due Fri 2026-03-20 10:00:00, ended Thu 2026-03-19 18:30:00: stopped by note-1
    #10 Не печатаются итоги: fault
        agree-due-date created: met, from Fri 2026-03-20 09:30:00, due Fri 2026-03-20 11:30:00, ended Fri 2026-03-20 10:00:00: stopped by agree:1
        keep-agreed-date note-1: met, from Fri 2026-03-20 09:40:00, due Fri 2026-03-27 18:00:00, ended Fri 2026-03-27 12:00:00: stopped by note-4
        cause-report note-4: met, from Fri 2026-03-27 12:00:00, due Wed 2026-04-01 12:00:00, ended Fri 2026-03-27 12:40:00: stopped by note-5
        has-owner created: met, from Fri 2026-03-20 09:30:00, due Fri 2026-03-20 10:30:00, ended Fri 2026-03-20 09:40:00: stopped by note-1
    the contract as a whole
        standing-duty archive@2026-01: met, from Thu 2026-01-01 00:00:00, due Fri 2026-01-30 18:00:00, ended Mon 2026-01-19 09:30:00: stopped
        standing-duty archive@2026-02: breached, from Sun 2026-02-01 00:00:00, due Fri 2026-02-27 18:00:00
        quarterly-delivery product@2026-Q1: met, from Thu 2026-01-01 00:00:00, due Tue 2026-03-31 18:00:00, ended Mon 2026-03-30 15:00:00: stopped
        quarterly-delivery documents@2026-Q1: breached, from Thu 2026-01-01 00:00:00, due Tue 2026-03-31 18:00:00
        standing-duty archive@2026-03: breached, from Sun 2026-03-01 00:00:00, due Tue 2026-03-31 18:00:00
    the report
        agreement of a due date (clause 2)
          kept 6, escalated 0, breached 1 (excused 0), not judged 0, cancelled 0,
          running 0
          kept 85.7 %
        keeping of the agreed date (clause 3)
          kept 5, escalated 0, breached 2 (excused 0), not judged 0, cancelled 1,
          running 0
          kept 71.4 %
        arrival on site (clause 6)
          kept 1, escalated 0, breached 1 (excused 0), not judged 0, cancelled 0,
          running 0
          kept 50 %
        report on the cause (clause 7)
          kept 6, escalated 0, breached 1 (excused 0), not judged 0, cancelled 0,
          running 0
          kept 85.7 %
        the request has an owner (paragraph on Redmine)
          kept 9, escalated 0, breached 2 (excused 0), not judged 0, cancelled 0,
          running 0
          kept 81.8 %
        quarterly delivery (clause 10)
          kept 1, escalated 0, breached 1 (excused 0), not judged 0, cancelled 0,
          running 2
          kept 50 %
        standing duty (clauses 8, 9, 12, 13)
          kept 1, escalated 0, breached 2 (excused 0), not judged 0, cancelled 0,
          running 1
          kept 33.3 %
        how this is counted
          Each cycle is counted once. Kept: done in time, by whomever the contract
          leaves it to. Escalated: the contract promises exactly what slabridge did at
          the due, whole and within 10 minutes. Breached: neither; an excused breach
          stays one. Not judged: due before slabridge watched, or not to be judged
          because of a fault. The share is kept and escalated among kept, escalated and
          breached.
        accounts
          cap on the cost of changes (clause 11), contract
            cost of changes: 160000 тенге, requests: 1; at most: 150000; share: 16 % of
            at most 15 %; more than promised
          keeping of the agreed date (clause 3)
            due dates moved: 6, requests: 4
        requests created in the period, by severity
          fault: 7
          request: 3
        dates moved, and what each rests on
          #3  the due date was moved, keeping of the agreed date
            Пропадают записи
            due date 2026-02-06 -> 2026-02-13, Sanjay Support, Wed 2026-02-04 12:00:00
            +05 (agreed: the field was filled by Sanjay Support, Thu 2026-02-05 10:00:00
            +05)
            Wed 2026-02-04 12:00:00 +05 note-2
          #4  the due date was moved, keeping of the agreed date
            Двоятся документы
            due date 2026-02-19 -> 2026-02-18, Sanjay Support, Mon 2026-02-16 16:00:00
            +05 (moved earlier, which binds at once)
            Mon 2026-02-16 16:00:00 +05 note-2
          #4  the due date was moved, keeping of the agreed date
            Двоятся документы
            due date 2026-02-18 -> 2026-02-25, Sanjay Support, Tue 2026-02-17 10:00:00
            +05 (not agreed)
            Tue 2026-02-17 10:00:00 +05 note-3
          #9  the due date was moved, keeping of the agreed date
            Не сохраняются итоги
            due date 2026-03-27 -> 2026-03-19, Sanjay Support, Fri 2026-03-20 09:50:00
            +05 (in the past: it binds nothing)
            Fri 2026-03-20 09:50:00 +05 note-2
          #9  the due date was moved, keeping of the agreed date
            Не сохраняются итоги
            due date 2026-03-19 -> 2026-03-27, Sanjay Support, Fri 2026-03-20 10:30:00
            +05 (agreed: the field was filled by Sanjay Support, Thu 2026-03-19 18:30:00
            +05)
            Fri 2026-03-20 10:30:00 +05 note-4
          #10  the due date was moved, keeping of the agreed date
            Не печатаются итоги
            due date 2026-03-20 -> 2026-03-27, Clara Customer, Fri 2026-03-20 15:00:00
            +05 (agreed: the customer set it himself, Clara Customer, Fri 2026-03-20
            15:00:00 +05)
            Fri 2026-03-20 15:00:00 +05 note-2
          #9  the date that was set lies in the past, keeping of the agreed date
            Не сохраняются итоги
            due date 2026-03-19
