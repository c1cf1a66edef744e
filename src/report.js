'use strict';
(function () {
  var SVG = 'http://www.w3.org/2000/svg', HIGH = 28, LEVELS = 6;

  function make(name, attributes, text) {
    var it = document.createElement(name);
    for (var key in attributes) it.setAttribute(key, attributes[key]);
    if (text !== undefined) it.textContent = text;
    return it;
  }

  /* Tables: a button in each head sorts, a field above lets only some rows show. */
  function value(cell, isNumber) {
    var text = cell ? cell.textContent.trim() : '', number, units = { k: 1e3, M: 1e6, G: 1e9, T: 1e12 };
    if (!isNumber) return text.toLowerCase();
    number = parseFloat(text.replace(/[\s\u00a0]/g, ''));
    return isNaN(number) ? -1 : number * (units[(text.match(/([kMGT])B$/) || [])[1]] || 1);
  }

  function sort(table, head, column) {
    var body = table.tBodies[0], isNumber = head.className === 'n';
    var now = head.getAttribute('aria-sort'), up = now ? now === 'descending' : !isNumber;
    var rows = Array.prototype.map.call(body.rows, function (row, at) {
      return { row: row, at: at, key: value(row.cells[column], isNumber) };
    });
    rows.sort(function (a, b) {
      var order = a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
      return (up ? order : -order) || a.at - b.at;
    });
    rows.forEach(function (one) { body.appendChild(one.row); });
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (other) { other.removeAttribute('aria-sort'); });
    head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
  }

  function makeSortable(table) {
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, column) {
      var button = make('button', { type: 'button' }, head.textContent);
      if (!head.textContent) return;
      head.textContent = '';
      head.appendChild(button);
      button.addEventListener('click', function () { sort(table, head, column); });
    });
  }

  function makeFilter(section, table) {
    var label = make('label', { class: 'filter' });
    var field = make('input', { type: 'search', placeholder: 'Filter', 'aria-label': 'Show only rows of ' +
      section.querySelector('h2').textContent + ' with these words' });
    var count = section.querySelector('.count'), rows = table.tBodies[0].rows, all = count.textContent;
    if (rows.length < 6) return;
    count.setAttribute('role', 'status');
    field.addEventListener('input', function () {
      var words = field.value.toLowerCase().split(/\s+/), shown = 0;
      Array.prototype.forEach.call(rows, function (row) {
        var text = row.textContent.toLowerCase();
        row.hidden = !words.every(function (word) { return text.indexOf(word) >= 0; });
        shown += !row.hidden;
      });
      count.textContent = shown < rows.length ? shown + ' of ' + all : all;
    });
    label.appendChild(field);
    section.insertBefore(label, section.querySelector('.scroll'));
  }

  Array.prototype.forEach.call(document.querySelectorAll('table'), makeSortable);
  Array.prototype.forEach.call(document.querySelectorAll('section'), function (section) {
    var table = section.querySelector('table');
    if (table) makeFilter(section, table);
  });

  /* The icicle: [name, pages, broken, slow, children]. The path leads from the root to the folder that is shown. */
  var picture = document.getElementById('icicle'), data = document.getElementById('tree-data');
  if (!picture || !data) return;
  var root = JSON.parse(data.textContent), path = [root], boxes = [], columns = 0, deepest = 0;
  var crumbs = make('nav', { class: 'crumbs', 'aria-label': 'Folder that is shown' });
  var told = make('output', {});
  picture.parentNode.insertBefore(crumbs, picture);
  picture.classList.add('live');
  picture.setAttribute('role', 'group');
  picture.setAttribute('aria-label', 'Pages by folder: arrow keys move, Enter walks in, Escape walks out');
  picture.removeAttribute('aria-labelledby');

  function inThrees(number) {
    return number.toLocaleString('en').replace(/,/g, '\u00a0');
  }

  function say(node) {
    return node[0] + ': ' + inThrees(node[1]) + (node[1] === 1 ? ' page' : ' pages') +
      ', ' + inThrees(node[2]) + ' broken, ' + inThrees(node[3]) + ' slow';
  }

  function colour(node) {
    var most = Math.max(node[2], node[3]), share = most / node[1];
    if (!most) return 'b0';
    return (node[2] >= node[3] ? 'b' : 's') + (share < 0.05 ? 1 : share < 0.2 ? 2 : share < 0.5 ? 3 : 4);
  }

  function draw(way, left, share, level, above) {
    var node = way[way.length - 1], name = node[0], box, room, self;
    if (share < 0.25) return;
    deepest = Math.max(deepest, level);
    box = document.createElementNS(SVG, 'svg');
    box.setAttribute('x', left + '%');
    box.setAttribute('y', level * HIGH);
    box.setAttribute('width', share + '%');
    box.setAttribute('height', HIGH);
    box.setAttribute('role', 'button');
    box.setAttribute('tabindex', boxes.length ? -1 : 0);
    box.setAttribute('aria-label', say(node));
    var rect = document.createElementNS(SVG, 'rect'), title = document.createElementNS(SVG, 'title');
    rect.setAttribute('class', colour(node));
    rect.setAttribute('width', '100%');
    rect.setAttribute('height', HIGH);
    title.textContent = say(node);
    rect.appendChild(title);
    box.appendChild(rect);
    room = Math.floor((columns * share / 100 - 12) / 7);
    if (room > 2) {
      var text = document.createElementNS(SVG, 'text');
      text.setAttribute('x', 7);
      text.setAttribute('y', 18);
      text.textContent = name.length > room ? name.slice(0, room - 1) + '\u2026' : name;
      box.appendChild(text);
    }
    picture.appendChild(box);
    self = { box: box, way: way, level: level, above: above, below: [] };
    boxes.push(self);
    if (above) above.below.push(self);
    box.addEventListener('click', function () { walk(level ? way : path.slice(0, -1), true); });
    box.addEventListener('focus', function () { choose(self); });
    box.addEventListener('mouseenter', function () { tell(node); });
    box.addEventListener('mouseleave', function () { tell(path[path.length - 1]); });
    box.addEventListener('keydown', function (event) { press(event, self); });
    if (level + 1 < LEVELS && node[4])
      node[4].forEach(function (child) {
        draw(way.concat([child]), left, share * child[1] / node[1], level + 1, self);
        left += share * child[1] / node[1];
      });
  }

  function tell(node) { told.textContent = say(node); }

  function choose(one) {
    boxes.forEach(function (other) { other.box.setAttribute('tabindex', other === one ? 0 : -1); });
    tell(one.way[one.way.length - 1]);
  }

  function press(event, one) {
    var row = one.above ? one.above.below : [one], at = row.indexOf(one), next;
    if (event.key === 'Enter' || event.key === ' ') walk(one.level ? one.way : path.slice(0, -1), true);
    else if (event.key === 'Escape') walk(path.slice(0, -1), true);
    else if (event.key === 'ArrowRight') next = row[at + 1];
    else if (event.key === 'ArrowLeft') next = row[at - 1];
    else if (event.key === 'ArrowDown') next = one.below[0];
    else if (event.key === 'ArrowUp') next = one.above;
    else return;
    event.preventDefault();
    if (next) next.box.focus();
  }

  function link(way) {
    var names = way.map(function (node) { return node[0]; }), url, it;
    if (names[0] === 'all hosts') names.shift();
    url = names.join('');
    if (!/^https?:\/\//.test(url) || names.some(function (name) { return name.length > 100; })) return null;
    it = make('a', { href: url, rel: 'noreferrer noopener' }, 'open');
    return it;
  }

  function showWay() {
    crumbs.textContent = '';
    path.forEach(function (node, at) {
      var button = make('button', { type: 'button' }, node[0]);
      if (at + 1 === path.length) button.setAttribute('aria-current', 'true');
      button.addEventListener('click', function () { walk(path.slice(0, at + 1), true); });
      crumbs.appendChild(button);
    });
    var open = link(path);
    if (open) crumbs.appendChild(open);
    crumbs.appendChild(told);
    tell(path[path.length - 1]);
  }

  function walk(way, focus) {
    path = way.length ? way : [root];
    columns = picture.clientWidth || 1000;
    boxes = [];
    deepest = 0;
    while (picture.firstChild) picture.removeChild(picture.firstChild);
    draw(path, 0, 100, 0, null);
    picture.setAttribute('height', (deepest + 1) * HIGH);
    showWay();
    if (focus) boxes[0].box.focus();
  }

  var later;
  window.addEventListener('resize', function () {
    clearTimeout(later);
    later = setTimeout(function () { walk(path, false); }, 100);
  });
  walk(path, false);
})();
