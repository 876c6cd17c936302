// German words of <parley-chat>, loaded only where they are needed.
export default {
  name: 'Assistent', chat: 'Chat', log: 'Unterhaltung', disclosure: 'Sie schreiben mit einem automatischen Assistenten.',
  person: 'Mensch anfragen', asked: 'Mensch angefragt', fresh: 'Neuer Chat', open: 'Chat öffnen', close: 'Chat schließen',
  label: 'Ihre Nachricht', placeholder: 'Nachricht schreiben', send: 'Senden', answers: 'Vorgeschlagene Antworten', options: 'Auswahl',
  hello: 'Wie kann ich helfen?', start: 'Wählen Sie ein Thema oder schreiben Sie einfach los.',
  you: 'Sie', bot: 'Assistent', operator: 'Mensch', typing: 'Der Assistent schreibt', working: 'Der Assistent arbeitet daran',
  offline: 'Keine Verbindung. Sie wird wiederhergestellt; nichts geht verloren.', busy: 'Der Server ist ausgelastet. Gleich noch einmal.',
  waiting: 'Wartet auf Versand', sending: 'Wird gesendet', failed: 'Nicht gesendet.', again: 'Noch einmal', code: 'Code', request: 'Anfrage',
  test: 'Testbetrieb: nichts wurde wirklich berechnet, verschickt oder geändert.',
  pending_human: 'Ein Mensch wurde gebeten, dazuzukommen. Schreiben Sie ruhig weiter.',
  gone: 'Die frühere Unterhaltung gibt es nicht mehr. Dies ist eine neue.',
  rate: 'Wie war es?', stars: ['Sehr schlecht', 'Schlecht', 'Mittel', 'Gut', 'Sehr gut'], star: (n) => `${n} von 5: `,
  comment: 'Noch etwas? (freiwillig)', rated: 'Danke für die Bewertung.', sendRating: 'Bewertung senden',
  confirm: 'Neuen Chat beginnen?', confirmText: 'Diese Unterhaltung wird hier nicht mehr angezeigt.', cancel: 'Bei diesem bleiben',
  unread: (n) => `${n} ungelesen`,
};
